#include "journal/sqlite/reader_thread.hpp"

#include <iterator>
#include <utility>

namespace asio_chat::sqlite {

namespace {

template <class Done, class Answer>
struct answered {
  Done done;
  Answer answer;
};

template <class Done, class Answer>
void post_answer(const answer_post& post, Done done, Answer answer) {
  post.post(answered<Done, Answer>{std::move(done), std::move(answer)},
            [](answered<Done, Answer>& a, const auto&) { a.done(std::move(a.answer)); });
}

} // namespace

reader_thread::reader_thread(reader& r, answer_post post)
    : reader_(r)
    , post_(std::move(post))
    , thread_([this] { work(); }) {}

reader_thread::~reader_thread() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  came_.notify_one();
  thread_.join();
}

void reader_thread::add(std::vector<read_call> calls) {
  if (calls.empty()) return;
  const std::lock_guard lock(mutex_);
  queue_.insert(queue_.end(), std::make_move_iterator(calls.begin()),
                std::make_move_iterator(calls.end()));
  came_.notify_one();
}

bool reader_thread::take() {
  std::unique_lock lock(mutex_);
  came_.wait(lock, [&] { return stop_ || !queue_.empty(); });
  if (stop_) return false;
  taken_ = std::move(queue_.front());
  queue_.pop_front();
  return true;
}

void reader_thread::work() {
  while (take()) {
    if (auto* page = std::get_if<read_page>(&taken_)) {
      post_answer(post_, std::move(page->done), reader_.read(page->room, page->part));
    } else if (auto* search = std::get_if<search_log>(&taken_)) {
      post_answer(post_, std::move(search->done), reader_.search(search->query));
    } else if (auto* logs = std::get_if<list_logs>(&taken_)) {
      post_answer(post_, std::move(logs->done), reader_.list(logs->from));
    }
  }
}

} // namespace asio_chat::sqlite
