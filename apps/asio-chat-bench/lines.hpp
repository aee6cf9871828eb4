// The common parts of protocols that consist of lines.
#pragma once

#include "protocol.hpp"

#include <optional>

namespace asio_chat::bench {

/// Returns the line at the front with its line feed, or no value if its end has not come. Throws
/// protocol::broken if it is longer than `max`.
std::optional<std::string_view> whole_line(std::string_view in, std::size_t max);

/// Removes the line feed, and a carriage return before it.
std::string_view without_line_end(std::string_view line);

/// Takes a word and the space after it from the front.
std::string_view next_word(std::string_view& line);

/// Reads a decimal number of up to `max`. Throws protocol::broken if it is none.
std::size_t number_in(std::string_view word, std::size_t max);

} // namespace asio_chat::bench
