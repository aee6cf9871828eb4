// An entry as a line for a person.
#pragma once

#include <asio_chat/event.hpp>

#include <string>

namespace asio_chat {

/// `[2026-11-21 10:07:12 UTC] alice: hello`, an action `… ~ alice waves`, a topic `… * alice set
/// the topic: tea`; line ends in the text become ` / `.
/// @param most_of_the_text in bytes; of a longer one the end is cut
std::string entry_line(const entry& e, std::size_t most_of_the_text = std::string::npos);

} // namespace asio_chat
