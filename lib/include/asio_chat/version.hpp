// The version of this library.
#pragma once

#include <string_view>

namespace asio_chat {

/// `MAJOR.MINOR.PATCH`, the same as the version of the CMake package.
inline constexpr std::string_view version_string = "0.1.0";

} // namespace asio_chat
