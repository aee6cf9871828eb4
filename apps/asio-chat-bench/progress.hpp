#pragma once

#include <cstddef>
#include <string_view>

namespace asio_chat::bench {

/// Shows `filling 120000/1000000` in one line on the terminal, and removes it at the end. Shows
/// nothing if stderr is no terminal.
void show_progress(std::string_view doing, std::size_t done, std::size_t all);

} // namespace asio_chat::bench
