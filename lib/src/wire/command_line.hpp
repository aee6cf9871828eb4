// A line as a person types it, taken apart.
#pragma once

#include "model/command.hpp"

#include <string_view>

namespace asio_chat::wire {

/// `/who` is the command `who`; `//like this` says «/like this»; anything else is said as it is.
/// Nothing is evaluated: the name is looked up in the command table, the rest is one argument.
/// `room`, `ref` and `id` of the result are empty.
command parse_command_line(std::string_view line) noexcept;

} // namespace asio_chat::wire
