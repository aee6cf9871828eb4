// Files that hold a secret: private keys and passphrases.
#pragma once

#include <asio_chat/error.hpp>

#include <string>

namespace asio_chat::tls {

/// Overwrites a secret that is no longer needed.
void wipe(std::string& secret) noexcept;

/// The whole file. Refused where anybody but its owner may read it: modes like 0600 and 0400 are
/// fine, and so is 0640 for a file of root's, since only root can have chosen that group.
/// @param what for the sentence of a failure, e.g. `the private key file`
result<std::string> read_secret_file(const std::string& path, const std::string& what);

/// The first line of such a file, without its end.
result<std::string> read_passphrase_file(const std::string& path);

} // namespace asio_chat::tls
