// What the rooms of a member are told of it.
#pragma once

#include "domain/room.hpp"

namespace asio_chat {

class hub;
class member;

/// Tells the rooms that a member is in, a few of them at once, the others a little later.
void tell_rooms_of(hub& in, const member& who,
                   void (room::*tell)(const member&, room::announcement));

} // namespace asio_chat
