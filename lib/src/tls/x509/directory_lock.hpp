// Lets one process at a time look at the files of a directory and change them.
#pragma once

#include "tls/file.hpp"

#include <asio_chat/error.hpp>

#include <string>

namespace asio_chat::tls::x509 {

/// Waits for its turn, which lasts as long as what is returned.
/// @param what for the sentence of a failure, e.g. `the CA's directory`
result<file_descriptor> lock_directory(const std::string& directory, const std::string& what);

} // namespace asio_chat::tls::x509
