// What is kept of all rooms, entry by entry.
#pragma once

#include "history.hpp"

#include <asio_chat/journal.hpp>

#include <functional>
#include <string>

/// Reads the rooms one after the other, each from its first entry on, a page at a time. Rooms that
/// were erased have none.
/// @param wanted whether to read the room of this name, or log of two accounts
/// @param use of each entry of those; false: it wants no more
/// @return whether it wanted all
/// @throws asio_chat::error if a room cannot be read
bool each_entry(
    const history& kept, const std::function<bool(const std::string& room)>& wanted,
    const std::function<bool(const std::string& room, const asio_chat::journal::record& r)>& use);
