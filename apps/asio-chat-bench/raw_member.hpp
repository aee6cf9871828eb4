#pragma once

#include "poller.hpp"
#include "socket.hpp"
#include "tls_socket.hpp"

#include <cstdint>
#include <string>

namespace asio_chat::bench {

/// A connection that says what it is given, and does not wait for answers: all of it goes out as
/// fast as the server takes it. It reads and counts what comes, unless it has stopped.
class raw_member final : public poll_target {
 public:
  /// Gives what is to be said next, and hears what comes.
  class script {
   public:
    /// What it says first.
    virtual void login(std::string& out) = 0;
    /// More to say, now that all has gone; may be nothing.
    virtual void more(std::string& out) = 0;
    virtual void heard(std::string_view) {}

   protected:
    ~script() = default;
  };

  raw_member(poller& loop, SSL_CTX* context, const endpoint& server, script& says);
  raw_member(const raw_member&) = delete;
  raw_member& operator=(const raw_member&) = delete;

  /// Asks the script for more. To be called when it may have something to say again.
  void go_on();
  void stop_reading();
  void read_on();

  bool logged_in() const { return phase_ == phase::open; } ///< as far as it knows itself
  bool closed() const { return phase_ == phase::closed; }
  /// Why it is closed.
  const std::string& reason() const { return socket_.reason(); }
  std::uint64_t bytes_heard() const { return bytes_heard_; }

 private:
  enum class phase { connecting, handshaking, open, closed };

  void on_events(std::uint32_t events) override;
  void handshake();
  void read();
  void want(std::uint32_t events);
  void end();

  poller& loop_;
  script& says_;
  tls_socket socket_;
  phase phase_ = phase::connecting;
  bool reads_ = true;
  bool blocked_ = false; ///< the socket takes no more
  std::uint32_t wanted_;
  std::string out_;
  std::uint64_t bytes_heard_ = 0;
};

} // namespace asio_chat::bench
