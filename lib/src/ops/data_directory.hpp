// Where the daemon keeps what it makes itself.
#pragma once

#include <asio_chat/error.hpp>

#include <string>

namespace asio_chat::ops {

/// Makes the directory (mode 0700) and those above it where they are missing. One that is there
/// must be this user's, writable by it, and by nobody else.
result<void> prepare_data_directory(const std::string& path);

/// Whether that would be done. What has to be made for it is removed again.
result<void> check_data_directory(const std::string& path);

} // namespace asio_chat::ops
