// Questions asked before the line editor is at work.
#pragma once

#include <optional>
#include <string>

namespace asio_chat::app {

/// Whether a person sits at both ends.
bool is_interactive();

/// Makes the C library read and write UTF-8, also where the locale says something else.
void use_utf8();

/// Prints the question and reads a line; none at the end of the input.
std::optional<std::string> ask(const std::string& question);

/// Asks until the answer is yes or no; the end of the input is a no.
bool ask_yes_or_no(const std::string& question);

} // namespace asio_chat::app
