// What the bytes of a session mean.
#pragma once

#include "base/bytes.hpp"
#include "base/logger.hpp"
#include "base/work_watch.hpp"
#include "domain/hub.hpp"
#include "net/encoders.hpp"
#include "net/refusal_log.hpp"
#include "tls/server_context.hpp"

#include <asio_chat/close_reason.hpp>
#include <asio_chat/server_config.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::net {

/// What a protocol may do with its session.
class peer {
 public:
  /// Puts a whole frame into the outbox. If that leaves it full, `protocol::hungry` follows.
  virtual appetite send(const shared_bytes& bytes) = 0;
  /// The outbox is, until `protocol::hungry`.
  virtual bool full() const noexcept = 0;
  /// Whether to read no further frames.
  virtual void hold(bool on) = 0;
  /// See `sink`.
  virtual void wind_down(const close_reason& reason) = 0;
  /// Ends the session at the end of the turn, after a goodbye.
  virtual void close(close_reason reason) = 0;
  /// The login deadline is met; the idle time begins.
  virtual void logged_in() = 0;
  virtual const std::string& address() const noexcept = 0; ///< `127.0.0.1:40000`
  virtual std::uint16_t port() const noexcept = 0;
  virtual answers::protection protection() const = 0; ///< see `sink`

 protected:
  ~peer() = default;
};

/// All of them, one behind the other.
inline appetite send_all(peer& to, const std::vector<shared_bytes>& parts) {
  appetite left = appetite::hungry;
  for (const shared_bytes& part : parts)
    left = to.send(part);
  return left;
}

/// What the sessions of a server share.
struct house {
  const server_config& config;
  asio_chat::hub& hub;
  net::encoders& encoders;
  const logger& log;
  refusal_log& refusals;
  const std::shared_ptr<const tls::server_context>& tls; ///< the one of now; none: in memory only
  work_watch* watch = nullptr;                           ///< of what is done for one session

  void doing(std::string_view kind) const noexcept {
    if (watch) watch->is(kind);
  }
};

/// What other members may see of where this one is.
inline std::string shown_address(const peer& p, const house& h) {
  return h.config.sender_addresses ? p.address() : std::string();
}

/// One per session: frames to commands, events to frames, and the login before them.
class protocol {
 public:
  virtual ~protocol() = default;

  /// A frame arrived; the payload lives during the call.
  virtual void on_frame(std::string_view payload) = 0;
  /// A frame was announced that is longer than the protocol allows.
  virtual close_reason too_large(std::size_t announced) const = 0;
  /// The last frame, or null if there is nothing to say.
  virtual shared_bytes goodbye(const close_reason& reason) const = 0;
  /// Nothing more is to be asked: closes the session when all that was asked is answered.
  virtual void quit(const close_reason& reason) = 0;
  /// The session ends: out of the hub.
  /// @param for_good the member asked for it
  virtual void leave(bool for_good) = 0;
  /// The outbox was full and is not now.
  virtual void hungry() = 0;
  /// For the log; empty before the login.
  virtual std::string_view name() const noexcept = 0;
};

std::unique_ptr<protocol> make_text_protocol(peer& p, const house& h);
std::unique_ptr<protocol> make_native_protocol(peer& p, const house& h);

} // namespace asio_chat::net
