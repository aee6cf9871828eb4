#pragma once

#include <chrono>
#include <cstddef>

namespace asio_chat::bench {

/// What is due by now of something that happens so often a second.
class pace {
 public:
  explicit pace(double rate)
      : rate_(rate) {}
  std::size_t take() {
    const auto now = std::chrono::steady_clock::now();
    if (begin_ == std::chrono::steady_clock::time_point()) begin_ = now;
    const auto due =
        static_cast<std::size_t>(std::chrono::duration<double>(now - begin_).count() * rate_);
    const std::size_t n = due - taken_;
    taken_ = due;
    return n;
  }

 private:
  double rate_;
  std::chrono::steady_clock::time_point begin_;
  std::size_t taken_ = 0;
};

} // namespace asio_chat::bench
