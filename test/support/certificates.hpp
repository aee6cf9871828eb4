// Certificates for tests. Each test program makes them once and removes them at its end.
#pragma once

#include "support/temp_directory.hpp"
#include "tls/x509/development.hpp"

#include <asio_chat/tls_config.hpp>

namespace asio_chat::test {

/// A CA and a server certificate for localhost and 127.0.0.1.
inline const tls::x509::development_files& certificates() {
  static const temp_directory directory;
  static const auto files = tls::x509::ensure_development_files(directory.string()).value();
  return files;
}

inline tls_server_config server_tls() {
  tls_server_config c;
  c.certificate_file = certificates().server_certificate;
  c.private_key_file = certificates().server_key;
  return c;
}

} // namespace asio_chat::test
