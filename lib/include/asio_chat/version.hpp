// The version of this library.
#pragma once

#include <string_view>

#define ASIO_CHAT_VERSION_MAJOR 0
#define ASIO_CHAT_VERSION_MINOR 1
#define ASIO_CHAT_VERSION_PATCH 0
/// For the preprocessor: `#if ASIO_CHAT_VERSION >= 10200` for 1.2.0 and later.
#define ASIO_CHAT_VERSION                                                                          \
  (ASIO_CHAT_VERSION_MAJOR * 10000 + ASIO_CHAT_VERSION_MINOR * 100 + ASIO_CHAT_VERSION_PATCH)

namespace asio_chat {

/// `MAJOR.MINOR.PATCH`, the same as the version of the CMake package.
inline constexpr std::string_view version_string = "0.1.0";

} // namespace asio_chat
