// The options that all commands share which write a key and a certificate.
#pragma once

#include "tls/x509/issue.hpp"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace asio_chat::certs {

/// The two files of one identity.
struct file_pair {
  std::string certificate; ///< without the directory
  std::string key;
};

class output {
 public:
  /// Adds the options to a command.
  output(CLI::App& command, int default_days);

  /// Kind of key and days, as the options say.
  tls::x509::request request() const;

  const std::string& directory() const noexcept { return directory_; }

  /// In the directory.
  std::string path(const std::string& file) const;

  /// Before anything is made, and makes nothing itself.
  /// @throws asio_chat::error if one of the files is there and may not be overwritten, or if there
  ///   can be no such directory
  void check(const std::vector<file_pair>& files) const;

  /// Writes one identity, into the directory that is made for it if it is missing, and says so.
  /// Where that fails, no directory is left behind.
  void write(const tls::x509::identity& what, const file_pair& files);

 private:
  std::string directory_ = ".";
  std::string kind_ = "ecdsa";
  int bits_ = 2048;
  int days_;
  bool force_ = false;
  bool encrypt_ = false;
  std::string passphrase_file_;
  std::string passphrase_; ///< once it is known: one for all files of a run
};

} // namespace asio_chat::certs
