#include "journal/sqlite/writer_thread.hpp"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

namespace asio_chat::sqlite {

namespace {

constexpr std::chrono::seconds between_tidying{60};
constexpr std::size_t max_in_commit = 8'192;

using done = writer_thread::done;

struct answered_group {
  std::vector<operation> operations;
  std::vector<done> answers;
};

void answer_append(operation& o, const journal::append_done& then, log_feed& feed) {
  if (o.refused) return then(std::move(*o.refused));
  auto& a = std::get<append_operation>(o.what);
  if (!a.duplicate) return feed.committed(std::move(a.draft), then, a.tag);
  then(journal::appended{a.draft.what.at, a.draft.what.time, true});
}

void answer(operation& o, const done& d, log_feed& feed) {
  if (const auto* append = std::get_if<journal::append_done>(&d)) {
    answer_append(o, *append, feed);
  } else if (const auto* follow = std::get_if<follow_answer>(&d)) {
    if (o.refused) return follow->done(std::move(*o.refused));
    auto& opened = std::get<open_operation>(o.what);
    feed.follow(opened.room, follow->to);
    follow->done(std::move(opened.state));
  } else if (const auto* unfollow = std::get_if<unfollow_answer>(&d)) {
    feed.unfollow(std::get<close_operation>(o.what).room, unfollow->to);
    unfollow->done();
  } else if (const auto* over = std::get_if<name_store::change_done>(&d)) {
    (*over)();
  } else if (const auto* kept = std::get_if<people_store::kept>(&d)) {
    (*kept)(o.refused ? result<void>(std::move(*o.refused)) : result<void>());
  }
}

template <class T>
std::vector<T> moved(std::vector<T>& from, std::size_t begin, std::size_t end) {
  if (begin == 0 && end == from.size()) return std::exchange(from, {});
  const auto at = [&](std::size_t i) { return from.begin() + static_cast<std::ptrdiff_t>(i); };
  return {std::make_move_iterator(at(begin)), std::make_move_iterator(at(end))};
}

template <class T>
void move_behind(std::vector<T>& to, std::vector<T>& from) {
  if (to.empty()) return std::swap(to, from);
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  from.clear();
}

} // namespace

writer_thread::writer_thread(store& s, reader_thread& readers, answer_post post,
                             witness_keeper& witness)
    : store_(s)
    , readers_(readers)
    , post_(std::move(post))
    , witness_(witness)
    , told_(s.head())
    , thread_([this] { work(); }) {}

writer_thread::~writer_thread() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  came_.notify_one();
  thread_.join();
  write_last_names();
}

void writer_thread::add(operation o, done d) {
  hand_over_later();
  gathering_.operations.push_back(std::move(o));
  gathering_.answers.push_back(std::move(d));
}

void writer_thread::add(read_call r) {
  hand_over_later();
  gathering_.reads.push_back(std::move(r));
}

void writer_thread::hand_over_later() {
  if (!gathering_.empty()) return;
  post_.post(std::monostate(), [this](const auto&, const auto&) { hand_over(); });
}

void writer_thread::hand_over() {
  {
    const std::lock_guard lock(mutex_);
    move_behind(queue_.operations, gathering_.operations);
    move_behind(queue_.answers, gathering_.answers);
    move_behind(queue_.reads, gathering_.reads);
  }
  came_.notify_one();
}

bool writer_thread::take(bool wait) {
  std::unique_lock lock(mutex_);
  if (wait) came_.wait_for(lock, between_tidying, [&] { return stop_ || !queue_.empty(); });
  if (stop_) return false;
  std::swap(queue_, taken_);
  return true;
}

void writer_thread::work() {
  store_.recall();
  bool more_to_tidy = store_.index_is_rebuilt(); // without waiting for an entry
  while (take(!more_to_tidy)) {
    commit_all();
    hand_over_reads();
    more_to_tidy = store_.tidy();
    tell_witness();
  }
}

void writer_thread::hand_over_reads() {
  auto reads = std::exchange(taken_.reads, {});
  const auto is_search = [](const read_call& r) { return std::holds_alternative<search_log>(r); };
  if (std::ranges::any_of(reads, is_search)) {
    const auto usable = store_.check_index();
    for (read_call& r : reads)
      if (is_search(r) && !usable)
        post_.post(std::pair(std::move(std::get<search_log>(r).done), usable.error()),
                   [](const auto& refused, const auto&) { refused.first(refused.second); });
    if (!usable) std::erase_if(reads, is_search);
  }
  readers_.add(std::move(reads));
}

void writer_thread::tell_witness() {
  if (store_.head() == told_) return;
  told_ = store_.head();
  witness_.committed(told_);
}

void writer_thread::commit_all() {
  const std::size_t count = taken_.operations.size();
  for (std::size_t begin = 0; begin < count; begin += max_in_commit) {
    {
      const std::lock_guard lock(mutex_);
      if (stop_) return forget_first(begin);
    }
    const std::size_t end = std::min(begin + max_in_commit, count);
    answered_group group{moved(taken_.operations, begin, end), moved(taken_.answers, begin, end)};
    store_.apply(group.operations);
    tell_witness(); // before the answers: who has one finds it in the head
    post_.post(std::move(group), [](answered_group& g, log_feed& feed) {
      for (std::size_t i = 0; i < g.operations.size() && !feed.ended(); ++i)
        answer(g.operations[i], g.answers[i], feed);
    });
  }
  taken_.operations.clear();
  taken_.answers.clear();
}

void writer_thread::forget_first(std::size_t count) {
  const auto n = static_cast<std::ptrdiff_t>(count);
  taken_.operations.erase(taken_.operations.begin(), taken_.operations.begin() + n);
  taken_.answers.erase(taken_.answers.begin(), taken_.answers.begin() + n);
}

void writer_thread::write_last_names() {
  std::vector<operation> names;
  for (waiting* w : {&taken_, &queue_, &gathering_}) {
    for (operation& o : w->operations) {
      if (std::holds_alternative<hold_operation>(o.what) ||
          std::holds_alternative<release_operation>(o.what))
        names.push_back(std::move(o));
    }
  }
  store_.apply(names);
}

} // namespace asio_chat::sqlite
