// Times and lengths of time, as members read them.
#pragma once

#include <asio_chat/time.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <string>

namespace asio_chat {

/// `7 d`, `90 min`: in the largest unit that says it exactly.
inline std::string in_words(std::chrono::seconds t) {
  const auto n = t.count();
  if (n % 86'400 == 0) return fmt::format("{} d", n / 86'400);
  if (n % 3'600 == 0) return fmt::format("{} h", n / 3'600);
  if (n % 60 == 0) return fmt::format("{} min", n / 60);
  return fmt::format("{} s", n);
}

inline std::string day_text(wall_time t) {
  return fmt::format("{:%Y-%m-%d}", std::chrono::floor<std::chrono::seconds>(t));
}

inline std::string minute_of(wall_time t) {
  return fmt::format("{:%Y-%m-%d %H:%M} UTC", std::chrono::floor<std::chrono::seconds>(t));
}

} // namespace asio_chat
