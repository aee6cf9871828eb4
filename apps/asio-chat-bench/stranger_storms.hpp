// Storms by those who have not logged in.
#pragma once

#include "storm.hpp"

namespace asio_chat::bench {

/// So many connections a second, each ended by a reset as soon as it stands.
std::unique_ptr<storm> make_connection_storm(const storm_front& front, double rate);

/// Connections that are held: some that have begun a TLS handshake and do not go on, and some that
/// say nothing. One that the server ends is offered again.
std::unique_ptr<storm> make_holding_storm(const storm_front& front, std::size_t half_handshakes,
                                          std::size_t silent);

} // namespace asio_chat::bench
