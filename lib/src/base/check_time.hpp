// Durations that a program gives the library.
#pragma once

#include <chrono>
#include <string_view>

namespace asio_chat {

enum class never { allowed, refused };

struct time_range {
  std::chrono::milliseconds min{1};
  std::chrono::milliseconds max = std::chrono::hours(24);
};

/// @param member its name, as the program writes it: `limits.idle_time`
/// @param zero whether 0 is a value: that what the member is about does not happen
/// @throws asio_chat::error (`errc::bad_setting`) that names the member and the range
void check_time(std::string_view member, std::chrono::milliseconds value, time_range range,
                never zero = never::refused);

} // namespace asio_chat
