#include "journal/sqlite/destroyer_thread.hpp"

#include <utility>

namespace asio_chat::sqlite {

destroyer_thread::destroyer_thread(key_ring& keys, destroyed done)
    : keys_(keys)
    , done_(std::move(done))
    , thread_([this] { work(); }) {}

destroyer_thread::~destroyer_thread() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  came_.notify_one();
  thread_.join();
}

void destroyer_thread::add(task t) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(t));
  }
  came_.notify_one();
}

void destroyer_thread::work() {
  for (;;) {
    std::vector<task> tasks;
    {
      std::unique_lock lock(mutex_);
      came_.wait(lock, [&] { return stop_ || !waiting_.empty(); });
      if (stop_) return;
      tasks.swap(waiting_);
    }
    std::vector<destruction> all;
    for (const task& t : tasks)
      all.push_back(t.what);
    auto how = destroy_keys(keys_, all);
    done_(std::move(tasks), std::move(how));
  }
}

} // namespace asio_chat::sqlite
