// Gives back the space that is free in the journal.
#pragma once

#include "journal/sqlite/key_ring.hpp"

#include <cstdint>
#include <string>

namespace asio_chat::sqlite {

struct compact_report {
  std::uint64_t before = 0; ///< bytes of the file and of its log
  std::uint64_t after = 0;
};

/// Writes the journal anew without the pages that nothing is in, as SQLite's VACUUM does; heads
/// stay as they are. For a while it takes up to twice the room. If the process ends on the way, the
/// journal is as it was. A failure if anything in it is not as it was left, or it is in use.
result<compact_report> compact(const std::string& directory, key_ring& keys);

} // namespace asio_chat::sqlite
