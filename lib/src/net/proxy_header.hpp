// The header of the PROXY protocol, version 2: what a proxy says about the connection it passes on.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace asio_chat::net {

/// Its parts:
///
///     12 bytes  signature, which no other protocol begins with
///      1 byte   version 2, and whether it is the proxy's own connection (LOCAL) or a client's
///      1 byte   kind of the addresses: none, TCP over IPv4 or IPv6, Unix; no datagrams
///      2 bytes  length of what follows: addresses, and extensions (TLV), which are skipped
struct proxy_header {
  static constexpr std::size_t fixed_bytes = 16;
  /// More than any proxy writes; what is longer is not read.
  static constexpr std::size_t max_bytes = 2048;

  enum class state { incomplete, broken, complete };
  state is = state::incomplete;
  /// All of the header, as soon as the fixed bytes are there; until then those.
  std::size_t bytes = fixed_bytes;
  /// Where the client is; none: the connection is the proxy's own, or the client's address is none
  /// of the internet.
  std::optional<boost::asio::ip::tcp::endpoint> client = {};
  std::string why = {}; ///< it is broken
};

/// @param received from the beginning of the connection on; what comes after the header is ignored
proxy_header read_proxy_header(std::string_view received);

} // namespace asio_chat::net
