// Questions that are asked before the line editor starts.
#pragma once

#include <optional>
#include <string>

namespace asio_chat::app {

/// Whether input and output are a terminal.
bool is_interactive();

/// Makes the C library read and write UTF-8, whatever the locale says.
void use_utf8();

/// Prints the question and reads a line. Returns no value at the end of the input.
std::optional<std::string> ask(const std::string& question);

/// Asks until the answer is yes or no. The end of the input counts as no.
bool ask_yes_or_no(const std::string& question);

} // namespace asio_chat::app
