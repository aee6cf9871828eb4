#include "journal/sqlite/writer_thread.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <utility>

namespace asio_chat::sqlite {

namespace {

constexpr std::chrono::seconds between_tidying{60};

void answer_append(operation& o, const journal::append_done& then, log_feed& feed) {
  if (o.refused) return then(std::move(*o.refused));
  auto& a = std::get<append_operation>(o.what);
  if (!a.duplicate) return feed.committed(std::move(a.draft), then, a.tag);
  then(journal::appended{a.draft.what.at, a.draft.what.time, true});
}

void answer(operation& o, const operation_done& d, log_feed& feed) {
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
  } else if (const auto* dropped = std::get_if<journal::drop_done>(&d)) {
    if (o.refused) return (*dropped)(std::move(*o.refused));
    (*dropped)(std::get<drop_operation>(o.what).state);
  } else if (const auto* trimmed = std::get_if<journal::trim_done>(&d)) {
    if (o.refused) return (*trimmed)(std::move(*o.refused));
    (*trimmed)(std::get<trim_operation>(o.what).more);
  }
}

const std::string& room_of(const read_call& r) {
  const auto* page = std::get_if<read_page>(&r);
  return page ? page->room : std::get<search_log>(r).query.room;
}

} // namespace

writer_thread::writer_thread(store& s, reader_thread& readers, answer_post post,
                             witness_keeper& witness)
    : store_(s)
    , readers_(readers)
    , post_(std::move(post))
    , witness_(witness)
    , told_(s.head())
    , destroyer_(s.keys(),
                 [this](std::vector<destroyer_thread::task> tasks, result<bool> how) {
                   const std::lock_guard lock(mutex_);
                   destroyed_.push_back({std::move(tasks), std::move(how)});
                   came_.notify_one();
                 })
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

void writer_thread::add(operation o, operation_done d) {
  add(std::make_unique<queued_call>(queued_call{{}, std::move(o), std::move(d)}));
}

void writer_thread::append(entry&& draft, const identity& author, journal::append_done&& done) {
  auto c = std::make_unique<queued_call>();
  auto& a = c->what.what.emplace<append_operation>();
  a.draft.what = std::move(draft);
  a.draft.author = author;
  c->answer = std::move(done);
  add(std::move(c));
}

void writer_thread::add(std::unique_ptr<queued_call> c) {
  hand_over_later();
  c->number = added_++;
  gathering_.what.push_back(std::move(c));
}

void writer_thread::add(read_call r) {
  hand_over_later();
  gathering_.reads.push_back({std::move(r), added_});
}

void writer_thread::hand_over_later() {
  if (!gathering_.empty()) return;
  post_.post(std::monostate(), [this](const auto&, const auto&) { hand_over(); });
}

void writer_thread::hand_over() {
  {
    const std::lock_guard lock(mutex_);
    move_behind(queue_.what, gathering_.what);
    move_behind(queue_.reads, gathering_.reads);
  }
  came_.notify_one();
}

bool writer_thread::take(bool wait) {
  std::unique_lock lock(mutex_);
  if (wait && ((taken_.empty() && reads_.empty()) || stuck_))
    came_.wait_for(lock, between_tidying,
                   [&] { return stop_ || !queue_.empty() || !destroyed_.empty(); });
  if (stop_) return false;
  taken_.add(queue_.what);
  move_behind(reads_, queue_.reads);
  return true;
}

void writer_thread::work() {
  store_.recall();
  bool more_to_tidy = store_.index_is_rebuilt(); // without waiting for an entry
  while (take(!more_to_tidy)) {
    finish_destructions();
    call_group g = taken_.take(busy_);
    const std::size_t reads = reads_.size();
    stuck_ = g.empty();
    commit(std::move(g));
    hand_over_reads();
    stuck_ = stuck_ && reads_.size() == reads;
    more_to_tidy = store_.tidy();
    tell_witness();
  }
}

void writer_thread::hand_over_reads() {
  std::map<std::string_view, std::uint64_t> doomed; ///< of each log the first that is destroyed
  for (const auto& [number, d] : destroying_)
    doomed.emplace(log_of(d->what), number);
  const auto has_to_wait = [&](const waiting_read& r) {
    const auto is_before = [&r](const auto& first) { return first.second < r.behind; };
    if (std::holds_alternative<list_logs>(r.what))
      return std::ranges::any_of(doomed, is_before) || taken_.waits(r.behind);
    const std::string& room = room_of(r.what);
    const auto first = doomed.find(room);
    return (first != doomed.end() && is_before(*first)) || taken_.waits(room, r.behind);
  };
  const auto ready = std::stable_partition(reads_.begin(), reads_.end(), has_to_wait);
  std::vector<read_call> reads;
  for (auto r = ready; r != reads_.end(); ++r)
    reads.push_back(std::move(r->what));
  reads_.erase(ready, reads_.end());
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

void writer_thread::commit(call_group g) {
  const auto last = std::stable_partition(
      g.begin(), g.end(), [](const std::unique_ptr<queued_call>& c) { return !destroys(c->what); });
  call_group doomed(std::make_move_iterator(last), std::make_move_iterator(g.end()));
  g.erase(last, g.end());
  if (!g.empty()) {
    applied_.clear();
    for (const auto& c : g)
      applied_.push_back(&c->what);
    store_.apply(applied_);
    answer_all(std::move(g));
  }
  if (!doomed.empty()) begin_destructions(std::move(doomed));
}

void writer_thread::answer_all(call_group g) {
  tell_witness(); // before the answers: who has one finds it in the head
  post_.post(std::move(g), [](call_group& all, log_feed& feed) {
    for (std::size_t i = 0; i < all.size() && !feed.ended(); ++i)
      answer(all[i]->what, all[i]->answer, feed);
  });
}

void writer_thread::begin_destructions(call_group doomed) {
  call_group answered;
  for (std::unique_ptr<queued_call>& c : doomed) {
    auto planned = store_.plan_destruction(c->what);
    if (planned && *planned) {
      const std::uint64_t number = c->number;
      busy_.emplace(log_of(c->what));
      destroying_.emplace(number, std::move(c));
      destroyer_.add({number, **std::move(planned)});
      continue;
    }
    if (!planned) c->what.refused = std::move(planned.error());
    answered.push_back(std::move(c));
  }
  if (!answered.empty()) answer_all(std::move(answered));
}

void writer_thread::finish_destructions() {
  std::vector<destroyed> all;
  {
    const std::lock_guard lock(mutex_);
    all.swap(destroyed_);
  }
  for (destroyed& one : all) {
    std::vector<destruction> gone;
    for (destroyer_thread::task& t : one.tasks)
      gone.push_back(std::move(t.what));
    const auto kept = store_.forget_destroyed(gone, one.how);
    call_group answered;
    for (const destroyer_thread::task& t : one.tasks) {
      auto found = destroying_.extract(t.number);
      operation& o = found.mapped()->what;
      if (!kept) o.refused = kept.error();
      if (auto* dropped = std::get_if<drop_operation>(&o.what))
        dropped->state = journal::drop_state::gone;
      busy_.erase(busy_.find(std::string(log_of(o))));
      answered.push_back(std::move(found.mapped()));
    }
    answer_all(std::move(answered));
  }
}

void writer_thread::write_last_names() {
  call_group left = taken_.take_all();
  move_behind(left, queue_.what);
  move_behind(left, gathering_.what);
  std::vector<operation*> names;
  for (const auto& c : left) {
    if (std::holds_alternative<hold_operation>(c->what.what) ||
        std::holds_alternative<release_operation>(c->what.what))
      names.push_back(&c->what);
  }
  store_.apply(names);
}

} // namespace asio_chat::sqlite
