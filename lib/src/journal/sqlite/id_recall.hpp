// The ids that senders gave their messages, read back from the records.
#pragma once

#include "journal/sqlite/store_parts.hpp"

namespace asio_chat::sqlite {

/// Reads the ids of the window, which may begin in each stretch of times that never decrease. It
/// takes the longer the more there are, so it is done after the start; until it is done nothing can
/// be appended, since nobody knows what is repeated.
/// Throws `SQLite::Exception`. A room that is damaged is closed, and told of.
/// @param now by which entries are old
void recall_ids(store_parts& s, wall_time now);

} // namespace asio_chat::sqlite
