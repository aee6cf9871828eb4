// What a person may have meant by a command that there is not.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace asio_chat::app {

/// A sentence that begins with a blank: the command of that name in other chat clients is called
/// otherwise here, or one is written nearly so; empty: neither.
/// @param name without the slash
/// @param commands that there are, without the slash
std::string hint_for(std::string_view name, std::span<const std::string> commands);

} // namespace asio_chat::app
