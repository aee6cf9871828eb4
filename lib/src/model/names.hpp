// Which names rooms may bear, and the server's own; those of members are a matter of `names/`.
#pragma once

#include <asio_chat/error.hpp>
#include <asio_chat/limits.hpp>

#include <string>
#include <string_view>

namespace asio_chat {

/// Under which a server speaks. No member can bear it: names do not begin with `-`.
inline constexpr std::string_view name_of_server = "-server-";

/// Lower-case letters, digits and `- _ .`, beginning with a letter or digit. A leading `#` is
/// dropped and capitals become small, as people type them; the value is the name to use.
result<std::string> check_room_name(std::string_view name, const limits& limits);

/// The name of the room that a person means; what cannot be one is left as it is.
std::string proper_room_name(std::string_view typed);

} // namespace asio_chat
