// Asks a server for its certificate, without judging it.
#pragma once

#include "tls/openssl_ptr.hpp"

#include <asio_chat/error.hpp>

#include <chrono>
#include <string>

namespace asio_chat::certs {

struct fetched_certificate {
  tls::certificate_ptr certificate;
  std::string version;      ///< empty if the handshake failed after the certificate was shown
  std::string cipher_suite; ///< likewise
};

/// Connects, shakes hands, and leaves. Bounded by `deadline` in all, the look-up of the name
/// included.
result<fetched_certificate> fetch_certificate(const std::string& host, const std::string& port,
                                              std::chrono::steady_clock::duration deadline);

} // namespace asio_chat::certs
