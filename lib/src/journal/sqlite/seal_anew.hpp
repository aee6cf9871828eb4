// Records from before texts had keys of their own get them.
#pragma once

#include "journal/sqlite/key_ring.hpp"
#include "journal/sqlite/writer_connection.hpp"

namespace asio_chat::sqlite {

/// Seals the records of a room that are under a key without keys of texts under its newest one, and
/// its topic. Positions, the chain and its tags stay as they are. In several commits: after each of
/// them everything can be read. Throws `SQLite::Exception`, and an `error` for what cannot be read.
void seal_old_records_anew(writer_connection& c, key_ring& keys, const room_tag& tag);

} // namespace asio_chat::sqlite
