// The OCSP response that a server hands out with its certificate (RFC 6066, 8), as a client gets
// it.
#pragma once

#include "tls/ocsp_answer.hpp"

#include <openssl/ssl.h>

namespace asio_chat::tls {

/// @param context whose handshakes call `judge` once the server's certificate was verified, staple
/// or not; what it returns is 1 to go on, or 0 to end it by the alert
/// bad_certificate_status_response
void on_staple(SSL_CTX* context, int (*judge)(SSL*, void*)) noexcept;

/// The handshake will ask the server for one.
bool ask_for_staple(SSL* ssl) noexcept;

struct ocsp_staple {
  bool given = false;
  ocsp_answer answer = {};
};

/// After the certificate was looked at. The issuer is the one of the verified chain, or, where a
/// pin stands for the chain, the one that was sent: the signer of the certificate may revoke it.
ocsp_staple read_staple(SSL* ssl);

} // namespace asio_chat::tls
