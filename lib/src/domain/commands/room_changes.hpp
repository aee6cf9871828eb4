// How what is said of a room is changed.
#pragma once

#include "accounts/facts.hpp"
#include "domain/commands/commands.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace asio_chat::commands {

/// Changes what is said of the room, tells it there, and notes it; what is so already, neither.
/// @param done goes on after `NAME has`; of a change to something `of this room` it ends so
/// @param also what who asked is told besides; empty: nothing
/// @param then when it is changed; may be empty
result<void> change_room(const asked& q, std::string_view command,
                         std::function<void(room_facts&)> how, const std::string& done,
                         const std::string& already, const std::string& also = {},
                         std::function<void(hub&)> then = {});

} // namespace asio_chat::commands
