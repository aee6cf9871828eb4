// A directory for one test, with the certificates that the test asks for.
#pragma once

#include "support/temp_directory.hpp"
#include "tls/x509/issue.hpp"

#include <asio_chat/tls_config.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace asio_chat::tls::test {

class scratch {
 public:
  std::string path(const std::string& name) const { return directory_ / name; }

  /// Writes `NAME-cert.pem` and `NAME-key.pem`.
  void put(const std::string& name, const x509::identity& what,
           const std::string& passphrase = {}) const;

  /// Writes any file, with a mode.
  std::string write(const std::string& name, const std::string& content,
                    std::filesystem::perms mode = std::filesystem::perms{0600}) const;

  std::string read(const std::string& name) const;

  std::string certificate(const std::string& name) const { return path(name + "-cert.pem"); }
  std::string key(const std::string& name) const { return path(name + "-key.pem"); }

  /// The settings of a server with the certificate NAME.
  tls_server_config server(const std::string& name) const;

 private:
  asio_chat::test::temp_directory directory_;
};

x509::identity make_ca(const std::string& name = "test CA");

/// A request for `localhost`, 127.0.0.1 and ::1, unless other names are given.
x509::request server_request();

x509::identity make_server(const x509::identity& ca);
x509::identity make_client(const x509::identity& ca, const std::string& name = "alice");
x509::identity make_self_signed(const std::string& name = "localhost");

/// The same request for a time in the past.
x509::request expired(x509::request what);

} // namespace asio_chat::tls::test
