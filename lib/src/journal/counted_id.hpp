// Ids of messages that are counters.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace asio_chat {

struct counted_id {
  std::string_view name; ///< with the `-`; may be empty
  std::uint64_t number;
};

/// Only as a counter is written, `7` or `NAME-7`: two ids are the same if, and only if, name and
/// number are.
inline std::optional<counted_id> as_counted(std::string_view id) noexcept {
  constexpr std::size_t max_digits = 18;
  const std::string_view digits = id.substr(id.rfind('-') + 1); // all of it, if there is none
  if (digits.empty() || digits.size() > max_digits || (digits[0] == '0' && digits.size() > 1))
    return {};
  counted_id c{id.substr(0, id.size() - digits.size()), 0};
  const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), c.number);
  if (wrong != std::errc() || end != digits.data() + digits.size()) return {};
  return c;
}

} // namespace asio_chat
