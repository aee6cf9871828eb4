// Questions to a person whose terminal can do nothing but lines.
#pragma once

#include "secret_questions.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::app {

/// Asks without echo for what a line lacks, and waits for the answers: nothing is shown meanwhile.
/// @return the whole line; empty: the person gave up
std::string with_secrets(std::string_view line, std::vector<missing_secret> missing);

} // namespace asio_chat::app
