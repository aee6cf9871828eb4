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
  room_row row{}; ///< without entries and keys if it is not as it was written
  std::uint64_t entries() const noexcept { return row.head + 1 - row.first; } ///< that are kept
};

/// By name. The database may be in use; it must be this program's journal.
result<std::vector<known_room>> rooms_in(const database_file& f, key_ring& keys);

/// Destroys the keys of a room, and with them what was said there, in backups as well; the room
/// begins anew, also if it is damaged, or its keys are missing. Nobody else may use the directory.
result<void> erase_room(const std::string& directory, std::vector<secret_key> masters,
                        const std::string& room);

} // namespace asio_chat::sqlite
