// What a person may have meant by a command, or another name, that there is not.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::app {

/// A sentence that begins with a blank: the command of that name in other chat clients is called
/// otherwise here, or one is written nearly so; empty: neither.
/// @param name without the slash
/// @param commands that there are, without the slash
std::string hint_for(std::string_view name, std::span<const std::string> commands);

/// Those of the names that are written nearly so, in their order.
std::vector<std::string> names_near(std::string_view name, std::span<const std::string> names);

} // namespace asio_chat::app
