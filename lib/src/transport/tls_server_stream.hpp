// The server's end of TLS, whose handshakes take turns with those of others.
#pragma once

#include "transport/stream.hpp"
#include "transport/turn_queue.hpp"

#include <memory>
#include <utility>

namespace asio_chat::transport {

/// Where the steps of a handshake wait for their turn; nowhere: they do not.
struct handshake_line {
  std::weak_ptr<turn_queue> queue = {};
  turn_queue::lane lane = {};

  void take_turn(turn_queue::piece what) const {
    if (const auto there = queue.lock()) return there->add(lane, std::move(what));
    what();
  }
};

std::unique_ptr<stream> make_tls_server_stream(tcp_socket socket, context_ptr context,
                                               handshake_line line);

} // namespace asio_chat::transport
