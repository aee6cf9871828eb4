// Numbers of things, in words.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

/// `1 room`, `2 rooms`.
inline std::string counted(std::uint64_t n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

inline std::string counted_entries(std::uint64_t n) {
  return counted(n, "entry", "entries");
}

inline std::string counted_rooms(std::uint64_t n) {
  return counted(n, "room", "rooms");
}
