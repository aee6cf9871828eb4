// Lines of the input that are JSON objects, one each: for programs. docs/client.md has their
// fields.
#pragma once

#include "typed_line.hpp"

#include <string_view>

namespace asio_chat::app {

/// `{"type":"send","text":"hi","room":"den","id":"7"}`,
/// `{"type":"command","line":"/who","ref":"8"}` or `{"type":"bye"}`. A blank line is nothing.
/// Anything else is unreadable: what a program has misspelt must not be said in another way than it
/// was meant.
typed_line read_json_line(std::string_view raw);

} // namespace asio_chat::app
