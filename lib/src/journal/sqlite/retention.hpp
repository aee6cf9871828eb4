// How much of a room is kept.
#pragma once

#include "journal/sqlite/record_table.hpp"
#include "journal/sqlite/turn_table.hpp"

#include <chrono>
#include <cstdint>

namespace asio_chat::sqlite {

/// Of each room; 0: no limit. What is over them is no longer shown at once as far as the number of
/// entries goes, and taken out of the file with the whole records it is in, a little later. A
/// room's newest record stays, whatever its length.
struct retention {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0; ///< sealed
  std::chrono::milliseconds age{0};
};

/// The first entry that is shown: as many as may be kept.
std::uint64_t first_shown(const room_row& r, const retention& keep) noexcept;

/// Whether a room is so much over its bounds that they are to be kept now, and not with the next
/// sweep.
bool is_urgent(const room_row& r, std::uint64_t unshown, const retention& keep) noexcept;

/// Takes whole records out, oldest first, and changes the row accordingly; the caller writes it.
/// @param most records to take out in one call
/// @return how many were taken out
/// @param now what is later was written while the clock was wrong, and is as old as what was
///   written next, when it was right again
std::size_t trim(record_table& records, turn_table& turns, room_row& r, const retention& keep,
                 wall_time now, std::size_t most);

} // namespace asio_chat::sqlite
