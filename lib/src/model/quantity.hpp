// Numbers, durations, bytes and rates as people write them, in settings and in commands. A
// failure's message goes on after the quoted value: `"5x" is not a duration; ...`.
#pragma once

#include <asio_chat/error.hpp>
#include <asio_chat/rate_limits.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace asio_chat {

/// A whole number with a unit: `250ms`, `30s`, `5m`, `2h`, `90d`; without one, seconds.
result<std::chrono::milliseconds>
parse_duration(std::string_view text, std::chrono::milliseconds min, std::chrono::milliseconds max);

/// Likewise, or `0` or `never`, which are the same: what the setting is about does not happen.
result<std::chrono::milliseconds> parse_duration_or_never(std::string_view text,
                                                          std::chrono::milliseconds min,
                                                          std::chrono::milliseconds max);

/// A whole number.
result<std::uint64_t> parse_count(std::string_view text, std::uint64_t min, std::uint64_t max);
/// Likewise, from 0 on, which may be written `never`.
result<std::uint64_t> parse_count_or_never(std::string_view text, std::uint64_t max);

/// A whole number of bytes, or of KiB, MiB or GiB with `k`, `M` or `G` behind it.
result<std::uint64_t> parse_bytes(std::string_view text, std::uint64_t min, std::uint64_t max);
/// Likewise, from 0 on, which may be written `never`.
result<std::uint64_t> parse_bytes_or_never(std::string_view text, std::uint64_t max);

/// `20/4s`: so many at once, and as many again in that time, from 1 ms to 24 h; or `0`, or `never`:
/// no limit. The number may be one of bytes.
result<rate> parse_rate(std::string_view text);

/// `on`, `off`, `true`, `false`, `yes`, `no`, `1`, `0`.
result<bool> parse_switch(std::string_view text);

/// @name The same, written
/// @{
std::string duration_text(std::chrono::milliseconds t);
std::string bytes_text(std::uint64_t bytes);
/// @param of_bytes whether its number is one of bytes
std::string rate_text(const rate& r, bool of_bytes = false);
/// @}

} // namespace asio_chat
