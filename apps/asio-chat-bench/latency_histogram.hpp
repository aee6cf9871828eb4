#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace asio_chat::bench {

/// Counts durations in classes that grow with the value, so that a quantile is right to 0.2 %
/// whatever its size, in constant memory.
class latency_histogram {
 public:
  void add(std::chrono::nanoseconds value);

  /// The duration that a share `fraction` of all values does not exceed.
  std::chrono::nanoseconds quantile(double fraction) const;
  std::chrono::nanoseconds max() const { return max_; }
  std::uint64_t count() const { return count_; }

 private:
  // Values below 512 have a class each; above, every power of two is split into 256.
  static constexpr unsigned split_bits = 8;
  static constexpr std::size_t classes = (64 - split_bits + 1) << split_bits;

  static std::size_t class_of(std::uint64_t value);
  static std::uint64_t middle_of(std::size_t index);

  std::array<std::uint64_t, classes> counts_{};
  std::uint64_t count_ = 0;
  std::chrono::nanoseconds max_{0};
};

} // namespace asio_chat::bench
