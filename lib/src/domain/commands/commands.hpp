// The functions behind the rows of the command table. A failure is told to the member as refused.
#pragma once

#include "model/command.hpp"

#include <asio_chat/error.hpp>

namespace asio_chat {
class hub;
class member;
} // namespace asio_chat

namespace asio_chat::commands {

// talk.cpp: what is said
result<void> say(hub&, member&, const command&);
result<void> me(hub&, member&, const command&);
result<void> msg(hub&, member&, const command&);

// places.cpp: rooms
result<void> join(hub&, member&, const command&);
result<void> leave(hub&, member&, const command&);
result<void> rooms(hub&, member&, const command&);
result<void> topic(hub&, member&, const command&);
result<void> who(hub&, member&, const command&);

// history.cpp and search.cpp: what was said
result<void> history(hub&, member&, const command&);
result<void> search(hub&, member&, const command&);

// self.cpp: the member's own affairs
result<void> nick(hub&, member&, const command&);
result<void> quit(hub&, member&, const command&);
result<void> help(hub&, member&, const command&);
result<void> tls(hub&, member&, const command&);

} // namespace asio_chat::commands
