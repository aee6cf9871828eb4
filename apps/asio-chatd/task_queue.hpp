// What is answered on this thread, one after the other, for commands that have no loop.
#pragma once

#include "base/scheduler.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

class task_queue {
 public:
  asio_chat::scheduler later() {
    return [this](std::function<void()> task) {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(task));
      came_.notify_one();
    };
  }
  template <class Value>
  Value run_until(const std::optional<Value>& answer) {
    while (!answer) {
      std::unique_lock lock(mutex_);
      came_.wait(lock, [this] { return !waiting_.empty(); });
      const auto task = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      task();
    }
    return *answer;
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<std::function<void()>> waiting_;
};
