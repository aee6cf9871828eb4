// Pins: entries that a room keeps in view. They are facts of the room.
#pragma once

#include "accounts/people.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace asio_chat::pins {

/// `/pins` reads each of them.
inline constexpr std::size_t most_in_a_room = 20;

/// Null: the entry is not pinned. Good until the next change of people.
const pinned_entry* find(const people& facts, const std::string& room, std::uint64_t offset);

/// A failure if it is pinned already, if the room has as many as it can have, or if the author was
/// forgotten, who takes along the pins that are there then.
void add(people& facts, const std::string& room, pinned_entry what, const identity& author,
         people::done then);

/// Does nothing where it is not pinned.
void remove(people& facts, const std::string& room, std::uint64_t offset, people::done then);

/// The entry was edited: its text is elsewhere now. Does nothing where it is not pinned.
void move_text(people& facts, const std::string& room, std::uint64_t offset, std::uint64_t text_at);

} // namespace asio_chat::pins
