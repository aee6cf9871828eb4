// The answer of its CA's OCSP responder that a server hands out with its certificate (RFC 6066, 8).
#pragma once

#include "tls/openssl_ptr.hpp"

#include <openssl/ssl.h>

#include <chrono>
#include <string>
#include <vector>

namespace asio_chat::certs {

struct ocsp_staple {
  bool given = false;
  std::string status;    ///< `good`, `revoked`, `unknown`, or what is wrong with the answer
  bool verified = false; ///< of this certificate, in time, and signed by whom its CA trusts with it
  std::string problem;   ///< why it is not
  std::chrono::sys_seconds this_update;
  std::chrono::sys_seconds next_update; ///< the epoch: there is none
};

/// After the handshake.
ocsp_staple read_staple(SSL* ssl, const std::vector<tls::certificate_ptr>& chain);

} // namespace asio_chat::certs
