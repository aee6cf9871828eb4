#pragma once

#include "make_protocol.hpp"
#include "server_under_test.hpp"

namespace asio_chat::bench {

/// Microseconds of the server's processor time for each of `count` connections: a full handshake
/// and a login until the server lets in. They come many at a time, two to a room.
double measure_logins(const server_under_test& server, speech speaks, std::size_t count);

} // namespace asio_chat::bench
