#pragma once

#include "payload.hpp"
#include "poller.hpp"
#include "protocol.hpp"
#include "tls_socket.hpp"

#include <memory>

namespace asio_chat::bench {

class peer;

/// The receiver of what happens to the peers of a run.
class peer_observer {
 public:
  /// The server has let the peer in, as far as the protocol tells.
  virtual void on_login(peer& who) = 0;

  /// A record came, at `time`; the texts in it follow.
  virtual void on_record(peer& who, steady_clock::time_point time) = 0;
  virtual void on_text(peer& who, std::string_view text) = 0;

 protected:
  ~peer_observer() = default;
};

/// One connection of the generator: a TLS socket and the protocol spoken over it.
/// It throws run_error if the connection ends.
class peer final : public poll_target, private protocol::sink {
 public:
  /// `about` names server and peer in messages.
  peer(poller& loop, peer_observer& observer, std::size_t index, std::string about, part as,
       tls_socket socket, std::unique_ptr<protocol> speaks);
  peer(const peer&) = delete;
  peer& operator=(const peer&) = delete;

  std::size_t index() const { return index_; }

  void publish(std::string_view text);

  /// Sends the published messages. The rest follows when the socket takes it.
  void flush();

  /// The bytes that were published and that the system has not taken yet.
  std::size_t unsent() const { return out_.size(); }

 private:
  enum class phase { connecting, greeted, handshaking, logging_in, open };

  void on_events(std::uint32_t events) override;
  void on_text(std::string_view text) override { observer_.on_text(*this, text); }
  void connected();
  void read_greeting();
  void handshake();
  void expect_ready();
  void read();
  void feed(std::string_view bytes);
  void want(std::uint32_t events);
  [[noreturn]] void fail_at_end() const;
  [[noreturn]] void fail(std::string_view doing, std::string_view why) const;

  poller& loop_;
  peer_observer& observer_;
  std::size_t index_;
  std::string about_;
  part as_;
  tls_socket socket_;
  std::unique_ptr<protocol> protocol_;
  phase phase_ = phase::connecting;
  std::uint32_t wanted_;
  std::string in_;  // the beginning of a message whose rest has not come
  std::string out_; // not yet written
};

} // namespace asio_chat::bench
