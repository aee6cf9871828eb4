// The words that arguments of commands can be, for the tab key.
#pragma once

#include "completion.hpp"

namespace asio_chat::app {

/// Servers tell what kind an argument is, and not which words it can be. A word that the server
/// does not take is refused by it.
void add_fixed_words(vocabulary& words);

} // namespace asio_chat::app
