// Text as it comes from strangers, made fit for where it goes: the wire, a terminal, a log. What
// steers a display and what cannot be seen is listed once, in sanitize.cpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace asio_chat {

/// What stands for a character that may not pass: U+FFFD REPLACEMENT CHARACTER.
inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

/// Steers how what stands around it is shown, instead of being shown: control characters, line and
/// paragraph separators, all bidirectional controls (U+061C, U+200E, U+200F, U+202A-202E,
/// U+2066-2069) with their deprecated kin, U+FEFF and the interlinear annotation marks.
bool steers_display(char32_t c) noexcept;

/// Nothing is seen of it: white space, control characters, what Unicode calls default-ignorable
/// (U+200B, joiners, variation selectors, fillers …), and the few others whose glyph is blank.
bool is_unseen(char32_t c) noexcept;

/// Whether nothing would be seen of a text. What is not UTF-8 is seen: as U+FFFD.
bool is_blank(std::string_view text) noexcept;

/// Valid UTF-8 without control characters (C0 but tab and newline, DEL, C1): nothing to mend.
bool is_sanitized(std::string_view text) noexcept;

/// Valid UTF-8 in which whatever `is_sanitized` minds is replaced by U+FFFD: for what is passed on
/// and kept. Other steering characters stay; languages need them.
std::string sanitize(std::string_view text);

/// One line of valid UTF-8 for a terminal: tab and newline become spaces, and every character that
/// steers a display is replaced by U+FFFD.
std::string sanitize_for_terminal(std::string_view text);

/// JSON for a terminal, unchanged in what it says: characters that steer a display are written as
/// `\uXXXX`.
/// @param json one line of valid UTF-8; of control characters it holds C1 and DEL at most
std::string sanitize_json_for_terminal(std::string_view json);

enum class quotes { keep, escape };

/// One line of valid UTF-8 for a log or a message to an operator, without losing what the text was:
/// characters that steer a display or are ignorable, and backslashes, as `\n`, `\x1b`, `\u202e`,
/// `\U000e0041`, `\\`; bytes that are not UTF-8 as `\xff`. At most `max_bytes`, a final ellipsis
/// included.
std::string sanitize_for_log(std::string_view text, std::size_t max_bytes, quotes q = quotes::keep);

/// A path, or another word, as a POSIX shell takes it, for a command that a message tells people to
/// run: as it is, or in quotes where it needs them; in `$'…'` where a character steers a display.
std::string shell_word(std::string_view text);

/// Foreign bytes for a terminal, in lines: printable ASCII and newlines as they are (CR LF is one),
/// every other byte as `\x1b`.
std::string sanitize_bytes_for_terminal(std::string_view bytes);

/// Printable ASCII as it is, every other byte as `?`.
std::string sanitize_to_ascii(std::string_view foreign);

} // namespace asio_chat
