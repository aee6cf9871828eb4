// What somebody has asked of the journal and not been answered yet.
#pragma once

#include <cstddef>

namespace asio_chat {

/// Counts up to a bound. At the bound it is full, and stays so until half of it is done: who asks
/// faster than he is answered is to wait.
class load {
 public:
  explicit load(std::size_t most) noexcept
      : most_(most) {}

  /// Whether it has become full by this.
  bool begin() noexcept {
    if (++count_ < most_ || full_) return false;
    return full_ = true;
  }
  /// Whether it is full no more by this.
  bool end() noexcept {
    if (--count_ > most_ / 2 || !full_) return false;
    full_ = false;
    return true;
  }
  bool full() const noexcept { return full_; }

 private:
  std::size_t most_;
  std::size_t count_ = 0;
  bool full_ = false;
};

} // namespace asio_chat
