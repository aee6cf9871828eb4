#pragma once

#include "peer.hpp"
#include "poller.hpp"
#include "socket.hpp"
#include "tls_context.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace asio_chat::bench {

/// Members who are logged in and in a room, and say nothing.
class idle_load final : private peer_observer {
 public:
  idle_load(endpoint server, const std::string& ca_file);

  /// Adds members up to so many. Returns when each one has received a line of the first one.
  void fill(std::size_t people);

  /// Lets time pass.
  void rest(std::chrono::duration<double> time);

  /// The first member says a line. Returns the time until all others had it; throws run_error if
  /// one of them gets it twice or never.
  std::chrono::nanoseconds tell_all();

 private:
  struct guest {
    std::unique_ptr<peer> connection;
    unsigned heard = 0; ///< the number of the last line that has come
  };

  void on_login(peer& who) override;
  void on_record(peer& who, steady_clock::time_point time) override;
  void on_text(peer& who, std::string_view text) override;
  void connect();
  void say();
  void turn();
  void expect_progress(std::string_view what, std::size_t done, std::size_t of) const;

  const endpoint server_;
  const ssl_ctx_ptr context_;
  const std::uint32_t run_;
  poller loop_;
  std::vector<guest> guests_;
  std::size_t logged_in_ = 0;
  std::size_t in_the_room_ = 0; ///< members who have heard something
  unsigned said_ = 0;
  std::size_t heard_ = 0;         ///< of the last line
  steady_clock::time_point came_; ///< the record that is being read
  steady_clock::time_point progress_;
};

} // namespace asio_chat::bench
