#include "payload.hpp"

#include <fmt/format.h>

namespace asio_chat::bench {

namespace {

// bench RRRRRRRR SSSSSSSS QQQQQQQQQQQQQQQQ TTTTTTTTTTTTTTTT filler
constexpr std::size_t sender_at = 15;
constexpr std::size_t sequence_at = 24;
constexpr std::size_t time_at = 41;
constexpr std::size_t filler_at = 57;

template <class Number>
void put_hex(char* at, Number value) {
  for (std::size_t i = sizeof(Number) * 2; i-- > 0; value = static_cast<Number>(value >> 4))
    at[i] = "0123456789abcdef"[value & 0xf];
}

/// False when a character is no digit.
template <class Number>
bool get_hex(const char* at, Number& value) {
  value = 0;
  for (std::size_t i = 0; i < sizeof(Number) * 2; ++i) {
    const char digit = at[i];
    unsigned nibble = 0;
    if (digit >= '0' && digit <= '9')
      nibble = static_cast<unsigned>(digit - '0');
    else if (digit >= 'a' && digit <= 'f')
      nibble = static_cast<unsigned>(digit - 'a') + 10;
    else
      return false;
    value = static_cast<Number>(value << 4 | nibble);
  }
  return true;
}

} // namespace

payload::payload(std::uint32_t run, std::size_t size)
    : prefix_(fmt::format("bench {:08x} ", run)) {
  text_ = prefix_;
  text_.resize(filler_at + 1, ' ');
  while (text_.size() < size)
    text_.push_back(static_cast<char>('a' + text_.size() % 26));
}

std::string_view payload::write(std::uint32_t sender, std::uint64_t sequence,
                                steady_clock::time_point sent) {
  put_hex(text_.data() + sender_at, sender);
  put_hex(text_.data() + sequence_at, sequence);
  const auto nanoseconds = std::chrono::nanoseconds(sent.time_since_epoch()).count();
  put_hex(text_.data() + time_at, static_cast<std::uint64_t>(nanoseconds));
  return text_;
}

payload::read_result payload::read(std::string_view text) const {
  if (!text.starts_with(prefix_)) return {verdict::foreign, {}};
  stamp found;
  std::uint64_t time = 0;
  const bool whole = text.size() == text_.size() && get_hex(&text[sender_at], found.sender) &&
                     get_hex(&text[sequence_at], found.sequence) && get_hex(&text[time_at], time) &&
                     text.substr(filler_at) == std::string_view(text_).substr(filler_at);
  if (!whole) return {verdict::damaged, {}};
  found.sent += std::chrono::nanoseconds(static_cast<std::int64_t>(time));
  return {verdict::good, found};
}

} // namespace asio_chat::bench
