// Measuring and cutting UTF-8.
#pragma once

#include <cstddef>
#include <string_view>

namespace asio_chat {

/// Without white space (space, tab, CR, LF, VT, FF) at both ends.
std::string_view trim(std::string_view text) noexcept;

/// Code points in valid UTF-8.
std::size_t count_characters(std::string_view text) noexcept;

/// The longest beginning of valid UTF-8 of at most `bytes` bytes that splits no code point.
std::string_view prefix_of_bytes(std::string_view text, std::size_t bytes) noexcept;

/// The beginning of valid UTF-8 with at most `characters` code points.
std::string_view prefix_of_characters(std::string_view text, std::size_t characters) noexcept;

} // namespace asio_chat
