// Times as the chat counts them.
#pragma once

#include <chrono>

namespace asio_chat {

/// The time of day in UTC, to the millisecond. It is for people to read: clocks are corrected, so
/// the order of entries comes from their positions alone.
using wall_time = std::chrono::sys_time<std::chrono::milliseconds>;

} // namespace asio_chat
