// The number at the end of a reference.
#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>

namespace asio_chat::client_room {

/// 0, which nothing has, for what does not begin with the prefix or does not end with a number.
inline std::uint64_t number_of(std::string_view reference, std::string_view prefix) noexcept {
  if (!reference.starts_with(prefix)) return 0;
  reference.remove_prefix(prefix.size());
  std::uint64_t number = 0;
  const char* end = reference.data() + reference.size();
  const auto [stop, error] = std::from_chars(reference.data(), end, number);
  return error == std::errc() && stop == end ? number : 0;
}

} // namespace asio_chat::client_room
