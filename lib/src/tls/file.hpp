// Reads whole small files, those that hold a secret among them.
#pragma once

#include <asio_chat/error.hpp>

#include <string>

namespace asio_chat::tls {

/// Everything up to the end. A file that is larger than 8 MiB is refused, and so is a pipe that
/// nobody writes into.
/// @param what for the sentence of a failure, e.g. `the CA file`
result<std::string> read_file(const std::string& path, const std::string& what);

/// Overwrites a secret that is no longer needed.
void wipe(std::string& secret) noexcept;

/// The whole file. Refused where anybody but its owner may read it: modes like 0600 and 0400 are
/// fine, and so is 0640 for a file of root's, since only root can have chosen that group.
/// @param what for the sentence of a failure, e.g. `the private key file`
result<std::string> read_secret_file(const std::string& path, const std::string& what);

/// The first line of such a file, without its end.
/// @param what is in it, for the sentence of a failure
result<std::string> read_passphrase_file(const std::string& path,
                                         const std::string& what = "passphrase");

} // namespace asio_chat::tls
