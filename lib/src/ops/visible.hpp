// Foreign text made fit for a line of a log or of a terminal, without losing what it was.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace asio_chat::ops {

enum class quotes { keep, escape };

/// One line of valid UTF-8 that shows what cannot be shown: control characters, bidirectional and
/// invisible ones, line separators and backslashes as `\n`, `\x1b`, `\u202e`, `\U000e0041`, `\\`;
/// bytes that are not UTF-8 as `\xff`. At most `most_bytes`, a final ellipsis included.
std::string visible(std::string_view text, std::size_t most_bytes, quotes q = quotes::keep);

} // namespace asio_chat::ops
