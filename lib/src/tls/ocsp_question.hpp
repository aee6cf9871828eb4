// What an OCSP responder is asked, and where it is.
#pragma once

#include "tls/openssl_ptr.hpp"

#include <asio_chat/error.hpp>

#include <string>

namespace asio_chat::tls {

/// Where a responder is. Its answers are signed, so HTTP without TLS is what OCSP uses: TLS would
/// need a certificate that is not revoked.
struct responder_address {
  std::string host;
  std::string port;
  std::string target; ///< of the HTTP request, e.g. `/ocsp`

  std::string authority() const; ///< as the Host header has it
};

/// `http://HOST[:PORT][/PATH][?QUERY]`. The failure's sentence goes on after the quoted URL.
result<responder_address> parse_responder(const std::string& url);

/// The first one over HTTP that a certificate names (Authority Information Access).
result<responder_address> responder_of(X509* certificate);

/// An OCSPRequest in DER. It has no nonce, so that the responder may answer from a cache.
result<std::string> make_ocsp_request(const X509* certificate, const X509* issuer);

} // namespace asio_chat::tls
