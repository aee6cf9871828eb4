// What is spoken: versions, suites, groups, options. Everything is set, also what is a default of
// OpenSSL's today: defaults differ between distributions, and Asio's own floor is TLS 1.0.
#pragma once

#include <asio_chat/error.hpp>
#include <asio_chat/tls_config.hpp>

#include <openssl/ssl.h>

#include <string>
#include <vector>

namespace asio_chat::tls {

/// Of either end. A string that OpenSSL does not take, or that lets in what is not certain key
/// agreement with authenticated encryption, is an error that names it.
result<void> set_posture(SSL_CTX* context, const tls_posture& wanted);

/// One line of what `asio-chatd tls` prints.
struct posture_row {
  std::string name;
  std::string value;
  /// `chosen` by the operator, `set` by this program, or `OpenSSL's`: its default, trusted.
  std::string origin;
  std::string why;
};

/// Reads a context back: what is in it, not what was meant to be.
std::vector<posture_row> describe_posture(SSL_CTX* context, const tls_posture& wanted);

/// The suites in the order of preference, by their OpenSSL names.
std::vector<std::string> suite_names(SSL_CTX* context);

} // namespace asio_chat::tls
