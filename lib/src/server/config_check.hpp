// That a server can work with what it is told.
#pragma once

#include <asio_chat/server_config.hpp>
#include <asio_chat/server_hooks.hpp>

namespace asio_chat {

/// The same, with the default room's name as rooms are named.
/// @throws asio_chat::error that names the member that is wrong, and its range
server_config checked(server_config c);
server_hooks checked(server_hooks h, const server_config& c);

} // namespace asio_chat
