// Looks at a TLS server: shakes hands whatever its certificate is, and lets asio-chat's own
// verifier say what it thinks of it.
#pragma once

#include "tls/ocsp_staple.hpp"
#include "tls/openssl_ptr.hpp"

#include <asio_chat/error.hpp>
#include <asio_chat/tls_config.hpp>

#include <optional>
#include <string>
#include <vector>

namespace asio_chat::certs {

struct server_address {
  std::string host; ///< an IPv6 address without its brackets
  std::string port; ///< 1 to 65535
};

/// None if it is not HOST:PORT.
std::optional<server_address> parse_server_address(const std::string& text);

struct probe_request {
  std::string host;
  std::string port;
  tls_client_config tls;
  std::string path; ///< of an HTTP request; empty: none is made
};

struct probe_result {
  std::string address;
  tls_info session;         ///< empty if the handshake failed after the certificate was shown
  std::string key_exchange; ///< likewise; e.g. `x25519`
  std::vector<tls::certificate_ptr> chain;     ///< as the server sent it, its own first
  result<std::string> verdict = std::string(); ///< by what it is trusted, or why not
  tls::ocsp_staple staple;
  bool certificate_asked = false; ///< the server wanted to see the client's
  std::string refusal; ///< why the server did not let this client in, e.g. without a certificate
  bool answered = false;
  std::string answer; ///< the beginning of the HTTP answer, as it came
};

/// Bounded in time: 10 s to the end of the handshake, the look-up of the name included, 10 s for
/// the answer, a second each to hear of a refusal and for the goodbye. A server that is not trusted
/// sees neither the certificate of this client nor its request.
/// @returns a failure if no certificate was shown
result<probe_result> probe(const probe_request& what);

} // namespace asio_chat::certs
