// Times as the chat counts them.
#pragma once

#include <chrono>

namespace asio_chat {

/// Time of day, to the millisecond. For people only: order comes from positions.
using wall_time = std::chrono::sys_time<std::chrono::milliseconds>;

} // namespace asio_chat
