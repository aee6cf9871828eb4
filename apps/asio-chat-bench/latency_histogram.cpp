#include "latency_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace asio_chat::bench {

void latency_histogram::add(std::chrono::nanoseconds value) {
  value = std::max(value, std::chrono::nanoseconds(0));
  ++counts_[class_of(static_cast<std::uint64_t>(value.count()))];
  ++count_;
  max_ = std::max(max_, value);
}

std::chrono::nanoseconds latency_histogram::quantile(double fraction) const {
  const auto rank = static_cast<std::uint64_t>(std::ceil(fraction * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < classes; ++i) {
    seen += counts_[i];
    if (seen >= rank && seen > 0)
      return std::min(max_, std::chrono::nanoseconds(static_cast<std::int64_t>(middle_of(i))));
  }
  return max_;
}

std::size_t latency_histogram::class_of(std::uint64_t value) {
  const auto width = static_cast<unsigned>(std::bit_width(value));
  if (width <= split_bits + 1) return value;
  const unsigned shift = width - split_bits - 1;
  return (static_cast<std::size_t>(shift) << split_bits) + (value >> shift);
}

std::uint64_t latency_histogram::middle_of(std::size_t index) {
  if (index < (std::size_t{2} << split_bits)) return index;
  const auto shift = static_cast<unsigned>((index >> split_bits) - 1);
  const std::uint64_t low = (index - (static_cast<std::size_t>(shift) << split_bits)) << shift;
  return low + ((std::uint64_t{1} << shift) >> 1);
}

} // namespace asio_chat::bench
