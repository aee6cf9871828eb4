// What a terminal has pasted, as a text to send.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace asio_chat::app {

/// A paste of more lines is sent after a question only.
inline constexpr std::size_t max_unasked_lines = 5;

/// Lines end with a newline, whatever they ended with. Empty lines at both ends and control
/// characters are dropped; tabs and blanks stay.
std::string pasted_text(std::string_view raw);

std::size_t count_lines(std::string_view text) noexcept;

/// The text as a person would type it to have it said as it is: one that begins with `/` gets
/// another one before it.
std::string typed_literally(std::string_view text);

} // namespace asio_chat::app
