// How accounts are displayed beside their names: those who are in rooms with them are told.
#pragma once

#include "accounts/people.hpp"

#include <asio_chat/event.hpp>

#include <map>
#include <string>

namespace asio_chat {

class hub;
class member;

/// Of the members of a room, in the order of their names, as many as one message has.
reply displayed_in(const people& known, const std::map<std::string, const member*>& members);

/// Of one member: it may have such a name no more.
reply displayed_of(const people& known, const member& m);

/// It has changed: all who are in rooms with the account are told.
void tell_displayed(hub& in, const identity& account);

} // namespace asio_chat
