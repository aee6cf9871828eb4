// One connection, from the TLS handshake to the last close_notify.
#pragma once

#include "net/outbox.hpp"
#include "net/protocol.hpp"
#include "net/reactor.hpp"
#include "transport/stream.hpp"
#include "wire/frame.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace asio_chat::net {

class session;

/// Keeps the sessions of a server.
class session_keeper {
 public:
  /// The session is over; the keeper lets go of it.
  virtual void ended(session& s) = 0;

 protected:
  ~session_keeper() = default;
};

///     handshaking -> telling (which protocol?) -> live -> closing -> closed
///
/// One read and one write under way at most. While the outbox is full or the member is on hold,
/// nothing is read: the peer has to wait, and TCP tells it so. `close` is the only way out: it is
/// carried out at the end of the turn, leaves the hub, says goodbye, sends what waits, shuts TLS
/// down, and lets the socket go, all within `limits::close_time`. Before that, a peer that says
/// bye or ends its input gets the answers to what it asked, within `limits::close_time` as well.
class session final : public transport::stream_owner,
                      public peer,
                      public expirable,
                      public admitted,
                      public sleeper {
 public:
  session(std::unique_ptr<transport::stream> s, reactor& r, const house& h, session_keeper& k,
          std::string address, std::uint16_t port);
  ~session() override;

  void start();

  // peer
  appetite send(const shared_bytes& bytes) override;
  bool full() const noexcept override { return full_; }
  void hold(bool on) override;
  void wind_down(const close_reason& reason) override;
  void close(close_reason reason) override;
  void logged_in() override;
  const std::string& address() const noexcept override { return address_; }
  std::uint16_t port() const noexcept override { return port_; }
  answers::protection protection() const override;

  void expire(phase p) override;
  void rest() override;

  // For the reactor.
  bool mark_touched(std::uint64_t number) noexcept {
    if (touched_ != 0) return false;
    touched_ = number;
    return true;
  }
  bool is_touched(std::uint64_t number) const noexcept { return touched_ == number; }
  void flush();
  void write_record();

  /// Other certificates are trusted now, or one has ended: closes the session if its client's is no
  /// longer accepted.
  void judge() override;

  /// Ends when all that was asked is answered.
  void quit(close_reason reason);

  /// Ends at once; nothing more is sent. Not from inside the hub.
  void cut_off(close_reason reason);

 private:
  enum class state { handshaking, telling, live, closing, closed };

  void on_handshake(const error_code& e, std::size_t);
  void on_read(const error_code& e, std::size_t n);
  void on_write(const error_code& e, std::size_t n);
  void on_shutdown(const error_code& e, std::size_t);
  void on_awake(const error_code& e, std::size_t);

  void read();
  void sleep_or_read();
  bool paused() const noexcept { return (held_ || full_ || quits_for_) && !closing_for_; }
  void begin(phase p);
  void go_on();
  void fills_up();
  void check_appetite();
  void begin_stall();
  void write(std::string_view bytes);
  void take_frames();
  bool tell_protocol();
  void handshake_failed(const error_code& e);
  /// Why there is nothing more to read or write; a failure of TLS is a warning.
  close_reason lost(const error_code& e);
  void begin_closing();
  void shut_down();
  void finish();

  std::unique_ptr<transport::stream> stream_;
  reactor& reactor_;
  const house& house_;
  session_keeper& keeper_;
  std::string address_;
  std::uint16_t port_;
  state state_ = state::handshaking;
  std::uint64_t touched_ = 0; ///< 0: nothing waits for a flush
  bool hurries_ = false;
  bool shutting_down_ = false;
  bool logged_in_ = false;
  bool reading_ = false;
  bool input_over_ = false;
  bool held_ = false;                     ///< what was asked before comes first
  bool full_ = false;                     ///< too much waits in the outbox
  std::size_t unacknowledged_ = 0;        ///< half a stall time ago; at its beginning: not known
  std::optional<close_reason> quits_for_; ///< when all that was asked is answered
  std::optional<close_reason> closing_for_;
  wire::frame_reader frames_{wire::text_payload_cap};
  outbox outbox_;
  std::unique_ptr<protocol> protocol_;
};

} // namespace asio_chat::net
