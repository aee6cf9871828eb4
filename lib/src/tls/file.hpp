// Reads a whole small file.
#pragma once

#include "base/file.hpp"

#include <asio_chat/error.hpp>

#include <string>

namespace asio_chat::tls {

/// @param what for the sentence of a failure, e.g. `the CA file`
result<file_descriptor> open_for_reading(const std::string& path, const std::string& what);

/// Everything up to the end. A certificate file that is larger than a few MiB is none.
result<std::string> read_all(const file_descriptor& file, const std::string& path,
                             const std::string& what);

} // namespace asio_chat::tls
