// One connection, from the TLS handshake to the last close_notify.
#pragma once

#include "base/input_buffer.hpp"
#include "net/admission_control.hpp"
#include "net/outbox.hpp"
#include "net/protocols/protocol.hpp"
#include "net/reactor.hpp"
#include "net/session_end.hpp"
#include "net/tls_peer.hpp"
#include "net/turn_share.hpp"
#include "transport/stream.hpp"

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

///     handshaking -> detecting (the protocol) -> live -> closing -> closed
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
                      public stranger,
                      public idle_tracked {
 public:
  session(std::unique_ptr<transport::stream> s, reactor& r, const session_context& c,
          session_keeper& k, std::string address, std::uint16_t port, std::uint64_t number = 0);
  ~session() override;

  void start();

  // peer
  backpressure send(const shared_bytes& bytes) override;
  bool full() const noexcept override { return out_.full; }
  void hold(bool on) override;
  void wind_down(const close_reason& reason) override;
  void close(close_reason reason) override;
  void logged_in() override;
  const std::string& address() const noexcept override { return address_; }
  std::uint16_t port() const noexcept override { return port_; }
  std::uint64_t number() const noexcept override { return number_; }
  /// Its member, once logged in; empty: none.
  std::string_view name() const noexcept { return protocol_ ? protocol_->name() : ""; }
  std::string_view user() const noexcept { return protocol_ ? protocol_->user() : ""; }
  std::string certificate() const override { return tls_.certificate(); }
  std::optional<shown_certificate> verified_certificate() const override {
    return tls_.verified_certificate();
  }
  answers::protection protection() const override { return tls_.protection(); }

  void expire(phase p) override;
  void try_sleep() override;
  void give_way() override;

  // For the reactor.
  bool mark_touched(std::uint64_t number, priority p) noexcept {
    if (!is_sooner(p)) return false;
    out_.touched = number;
    out_.waits_as = p;
    return true;
  }
  bool is_touched(std::uint64_t number) const noexcept { return out_.touched == number; }
  void flush();
  void write_record();
  void take_turn() {
    in_.waits = false;
    go_on();
  }

  /// Other certificates are trusted now, or one has ended: closes the session if its client's is no
  /// longer accepted.
  void judge() override;

  /// Ends when all that was asked is answered.
  void quit(close_reason reason);

  /// Ends at once; nothing more is sent. Not from inside the hub.
  void cut_off(close_reason reason);

 private:
  enum class state { handshaking, detecting, live, closing, closed };

  void on_first_byte(const error_code& e, std::size_t);
  void on_handshake(const error_code& e, std::size_t);
  void on_read(const error_code& e, std::size_t n);
  void on_write(const error_code& e, std::size_t n);
  void on_shutdown(const error_code& e, std::size_t);
  void on_awake(const error_code& e, std::size_t);

  /// Than what waits for a flush, if anything does.
  bool is_sooner(priority p) const noexcept { return out_.touched == 0 || p < out_.waits_as; }

  void shake_hands();
  void blame(offence what);
  void read();
  void sleep_or_read();
  bool paused() const noexcept {
    return (in_.held || in_.waits || out_.full || end_.winds_down()) && !end_.closes();
  }
  void begin(phase p);
  void go_on();
  void fills_up();
  void check_backpressure();
  void begin_stall();
  void write(std::string_view bytes);
  void take_requests();
  void detect_protocol();
  void speak(std::unique_ptr<protocol> p);
  close_reason lost(const error_code& e) const { return tls_.lost(e, end_.closes()); }
  void begin_closing();
  void shut_down();
  void finish();

  std::unique_ptr<transport::stream> stream_;
  reactor& reactor_;
  const session_context& context_;
  session_keeper& keeper_;
  std::string address_;
  std::uint16_t port_;
  std::uint64_t number_;
  tls_peer tls_;
  state state_ = state::handshaking;
  bool logged_in_ = false;
  offence did_ = offence::left; ///< by ending without a login; `none`: it was blamed already
  struct {
    input_buffer bytes;
    bool reading = false;
    bool over = false;
    bool held = false;  ///< what was asked before comes first
    bool waits = false; ///< for its next turn: there is more to be taken
    turn_share share{};
  } in_;
  struct {
    outbox bytes;
    std::uint64_t touched = 0; ///< 0: nothing waits for a flush
    priority waits_as = priority::few;
    bool hurries = false;
    bool full = false;              ///< too much waits
    std::size_t unacknowledged = 0; ///< half a stall time ago; at its beginning: not known
  } out_;
  session_end end_;
  std::unique_ptr<protocol> protocol_;
};

} // namespace asio_chat::net
