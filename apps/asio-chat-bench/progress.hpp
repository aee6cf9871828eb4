#pragma once

#include <cstddef>
#include <string_view>

namespace asio_chat::bench {

/// `filling 120000/1000000` on the terminal, in one line that goes when all is done; nothing where
/// stderr is no terminal.
void show_progress(std::string_view doing, std::size_t done, std::size_t all);

} // namespace asio_chat::bench
