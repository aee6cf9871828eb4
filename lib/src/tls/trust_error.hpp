// What OpenSSL found wrong with a certificate chain (X509_V_ERR_…), in this program's words.
#pragma once

#include <asio_chat/error.hpp>

#include <string>

namespace asio_chat::tls {

/// One of the trust codes.
errc trust_code(int verify_error) noexcept;

/// Completes a sentence about a certificate: `is …`, `has …`.
std::string trust_phrase(int verify_error);

} // namespace asio_chat::tls
