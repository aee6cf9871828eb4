#pragma once

#include "poller.hpp"
#include "socket.hpp"
#include "text_protocol.hpp"
#include "tls_socket.hpp"

#include <memory>
#include <vector>

namespace asio_chat::bench {

/// The control of every comparison: the least work that a fan-out over TLS takes. It stores
/// nothing, announces no joins, and checks frame lengths only.
class bare_server {
 public:
  /// @param coalesce whether everything that waits for a receiver is sent at the end of a turn, in
  /// records of up to 16 KiB; otherwise each message is a record and a system call of its own
  bare_server(const endpoint& at, ssl_ctx_ptr context, bool coalesce);
  ~bare_server();

  std::string address() const { return local_address(listener_.get()); }

  /// Serves until the process is told to stop.
  void run();

 private:
  class client;
  struct door final : poll_target {
    explicit door(bare_server& owner)
        : server(owner) {}
    void on_events(std::uint32_t) override { server.accept(); }
    bare_server& server;
  };

  void accept();
  void broadcast(const client& from, std::string_view frame);
  void end_of_turn();

  poller loop_;
  ssl_ctx_ptr context_;
  unique_fd listener_;
  door door_{*this};
  const bool coalesce_;
  std::vector<std::unique_ptr<client>> clients_;
  bool somebody_left_ = false;
};

} // namespace asio_chat::bench
