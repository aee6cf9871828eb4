// Which room an operator means.
#pragma once

#include "history.hpp"

#include "journal/sqlite/rooms.hpp"

#include <string>

/// @throws asio_chat::error that names rooms that there are, if there is none of that name
asio_chat::sqlite::known_room choose_room(const history& kept, const std::string& typed);
