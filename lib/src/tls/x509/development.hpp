// The certificates a server makes for itself when it is given none: for development.
#pragma once

#include <asio_chat/error.hpp>

#include <optional>
#include <string>

namespace asio_chat::tls::x509 {

struct development_files {
  std::string ca_certificate;     ///< DIR/ca-cert.pem; the CA's key is DIR/ca-key.pem
  std::string server_certificate; ///< DIR/server-cert.pem
  std::string server_key;         ///< DIR/server-key.pem
  bool made_now = false;          ///< they were not there before
};

/// Makes a CA and a server certificate for `localhost`, 127.0.0.1, ::1 and this machine's name in
/// `directory`, unless a complete set is there already. A server certificate that has expired (or
/// does so within a day) is renewed under the same CA.
result<development_files> ensure_development_files(const std::string& directory);

/// Whether that would be done: the files that are there, none if some would be made. Nothing is.
result<std::optional<development_files>> check_development_files(const std::string& directory);

} // namespace asio_chat::tls::x509
