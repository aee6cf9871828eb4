// A scheduler that runs when the test says so.
#pragma once

#include "base/scheduler.hpp"

#include <deque>
#include <functional>
#include <utility>

namespace asio_chat::test {

class task_queue {
 public:
  scheduler later() {
    return [this](std::function<void()> task) { tasks_.push_back(std::move(task)); };
  }
  bool empty() const { return tasks_.empty(); }
  void run() {
    while (!tasks_.empty())
      run_one();
  }
  void run_one() {
    const auto task = std::move(tasks_.front());
    tasks_.pop_front();
    task();
  }

 private:
  std::deque<std::function<void()>> tasks_;
};

} // namespace asio_chat::test
