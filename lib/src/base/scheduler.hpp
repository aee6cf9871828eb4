// «Later, on this thread»: what code without Asio uses to get out of its caller's way.
#pragma once

#include <functional>

namespace asio_chat {

/// Runs a task soon, on the same thread, never inside the call.
using scheduler = std::function<void(std::function<void()>)>;

} // namespace asio_chat
