// What TLS says of the peer of a session, and whether it may be there.
#pragma once

#include "base/clock.hpp"
#include "net/penalties.hpp"
#include "net/protocols/protocol.hpp"
#include "transport/stream.hpp"

#include <asio_chat/close_reason.hpp>
#include <asio_chat/error.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat::net {

class tls_peer {
 public:
  /// @param s, c, address must live as long
  tls_peer(transport::stream& s, const session_context& c, const std::string& address)
      : stream_(s)
      , context_(c)
      , address_(address) {}

  struct entry {
    std::string alpn;                                ///< empty: none was agreed on
    std::optional<std::chrono::sys_seconds> until{}; ///< judge it again then; none: never
  };
  /// The handshake is done: what was agreed on, or none if the peer may not come in. The log has
  /// it.
  std::optional<entry> enter(wall_time now) const;
  /// The handshake has failed: the log has it.
  offence handshake_failed(const error_code& e) const;

  /// Whether its certificate is still accepted, and until when. Always, without TLS.
  result<std::optional<std::chrono::sys_seconds>> judge(wall_time now) const;

  /// Why there is nothing more to read or write; a failure of TLS is a warning.
  /// @param expected nothing more is expected of it: no warning
  close_reason lost(const error_code& e, bool expected) const;

  std::string certificate() const;                               ///< see `peer`
  std::optional<shown_certificate> verified_certificate() const; ///< likewise
  answers::protection protection() const;

 private:
  transport::stream& stream_;
  const session_context& context_;
  const std::string& address_;
};

} // namespace asio_chat::net
