// What an operator asks of a data directory beside the daemon: its rooms, and their end.
#pragma once

#include "journal/sqlite/database.hpp"
#include "journal/sqlite/key_ring.hpp"
#include "journal/sqlite/room_table.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace asio_chat::sqlite {

struct known_room {
  std::string name;
  room_row row{};     ///< of a damaged one only number and tag
  bool whole = false; ///< its row is as it was written
  std::uint64_t entries() const noexcept { return row.head + 1 - row.first; } ///< that are kept
};

/// By name. The database may be in use; it must be this program's journal.
result<std::vector<known_room>> rooms_in(const database_file& f, key_ring& keys);

/// A failure if anything that a start looks at is not as the last commit has left it.
/// @param only what concerns this room
result<void> check_history(const database_file& f, key_ring& keys,
                           const known_room* only = nullptr);

/// Destroys the keys of a room, and with them what was said there, in backups as well; the room
/// begins anew, also if it is damaged, or its keys are missing. Nobody else may use the directory.
result<void> erase_room(const std::string& directory, std::vector<secret_key> masters,
                        const std::string& room);

} // namespace asio_chat::sqlite
