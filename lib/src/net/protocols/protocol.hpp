// What the bytes of a connection mean: the seam between a session and a protocol.
#pragma once

#include "accounts/certificate.hpp"
#include "base/bytes.hpp"
#include "base/logger.hpp"
#include "base/work_watch.hpp"
#include "domain/sink.hpp"
#include "net/refusal_log.hpp"
#include "tls/server_context.hpp"

#include <asio_chat/close_reason.hpp>
#include <asio_chat/server_config.hpp>
#include <asio_chat/server_counters.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat {
class authenticator;
class hub;
} // namespace asio_chat

namespace asio_chat::net {

class admission_control;
class protocol_set;

/// What a protocol may do with its session.
class peer {
 public:
  /// Puts whole messages into the outbox. If that leaves it full, `protocol::ready` follows.
  virtual backpressure send(const shared_bytes& bytes) = 0;
  /// The outbox is, until `protocol::ready`.
  virtual bool full() const noexcept = 0;
  /// Whether to read no further requests.
  virtual void hold(bool on) = 0;
  /// See `sink`.
  virtual void wind_down(const close_reason& reason) = 0;
  /// Ends the session at the end of the turn, after a goodbye.
  virtual void close(close_reason reason) = 0;
  /// The login deadline is met; the idle time begins.
  virtual void logged_in() = 0;
  virtual const std::string& address() const noexcept = 0; ///< `127.0.0.1:40000`
  virtual std::uint16_t port() const noexcept = 0;
  virtual std::uint64_t number() const noexcept = 0; ///< never that of another one
  virtual std::string certificate() const = 0;       ///< subject of the client's; empty: none
  /// The same, if it was verified.
  virtual std::optional<shown_certificate> verified_certificate() const { return {}; }
  virtual answers::protection protection() const = 0; ///< see `sink`

 protected:
  ~peer() = default;
};

/// What the sessions of a server share.
struct session_context {
  const server_config& config;
  asio_chat::hub& hub;
  asio_chat::authenticator& authenticator;
  protocol_set& protocols;
  const logger& log;
  server_counters& counters;
  refusal_log& refusals;
  const std::shared_ptr<const tls::server_context>& tls; ///< the one of now; none: in memory only
  work_watch* watch = nullptr;                           ///< of what is done for one session
  admission_control* admission = nullptr;                ///< null: nothing limits strangers

  void doing(std::string_view kind) const noexcept {
    if (watch) watch->is(kind);
  }
};

/// One per session: bytes to requests, events to bytes, the login before them and the goodbye after
/// them. It does no I/O and keeps no bytes.
class protocol {
 public:
  virtual ~protocol() = default;

  /// The longest request that it takes.
  virtual std::size_t max_request_bytes() const noexcept = 0;
  /// Takes one request off the front of what was received and not taken yet, and carries it out.
  /// @return how many bytes that were; 0: more has to come, or the session is being closed
  virtual std::size_t feed(std::string_view received) = 0;
  /// The last words, or null if there is nothing to say.
  virtual shared_bytes goodbye(const close_reason& reason) const = 0;
  /// Nothing more is to be asked: closes the session when all that was asked is answered.
  virtual void quit(const close_reason& reason) = 0;
  /// The session ends: out of the hub.
  /// @param for_good the member asked for it
  virtual void leave(bool for_good) = 0;
  /// The outbox was full and is not now.
  virtual void ready() = 0;
  /// For the log; empty before the login.
  virtual std::string_view name() const noexcept = 0;
  /// Its member as the host knows it; empty: not at all.
  virtual std::string_view user() const noexcept { return {}; }
};

} // namespace asio_chat::net
