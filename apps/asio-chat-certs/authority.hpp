// Which CA a command works with.
#pragma once

#include "tls/x509/issue.hpp"

#include <string>

namespace CLI {
class App;
}

namespace asio_chat::certs {

class authority {
 public:
  /// Adds the options to a command.
  /// @param where the CA is, if the options do not say it, as the help puts it
  authority(CLI::App& command, const std::string& where);

  /// Where the CA is, if the options do not say it; else the current directory.
  void look_in(const std::string& directory);

  std::string certificate_path() const;

  std::string directory() const;

  /// Beside the CA's certificate.
  std::string list_path() const;

  /// @throws asio_chat::error if there is no CA, or its files cannot be used
  tls::x509::identity load() const;

 private:
  std::string path(const char* file) const;

  std::string directory_;
  std::string certificate_;
  std::string key_;
  std::string passphrase_file_;
};

} // namespace asio_chat::certs
