// Text as it comes from strangers, made valid and harmless.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace asio_chat {

/// What stands for a character that may not pass: U+FFFD REPLACEMENT CHARACTER.
inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

/// Valid UTF-8 without control characters (C0 but tab and newline, DEL, C1): nothing to mend.
bool is_clean_text(std::string_view text) noexcept;

/// Valid UTF-8 in which whatever `is_clean_text` minds is replaced by U+FFFD.
std::string clean_text(std::string_view text);

/// As `clean_text`, for a terminal: tab and newline become spaces, and the bidirectional controls
/// (U+202A-202E, U+2066-2069), line separators (U+2028, U+2029) and U+FEFF are replaced as well.
std::string harmless_line(std::string_view text);

/// Without white space (space, tab, CR, LF, VT, FF) at both ends.
std::string_view trim(std::string_view text) noexcept;

/// Code points in valid UTF-8.
std::size_t count_characters(std::string_view text) noexcept;

/// The longest beginning of valid UTF-8 of at most `bytes` bytes that splits no code point.
std::string_view prefix_of_bytes(std::string_view text, std::size_t bytes) noexcept;

/// The beginning of valid UTF-8 with at most `characters` code points.
std::string_view prefix_of_characters(std::string_view text, std::size_t characters) noexcept;

} // namespace asio_chat
