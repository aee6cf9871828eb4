// Logs that are dropped while the journal is in use.
#pragma once

#include "journal/sqlite/destroy_texts.hpp"
#include "journal/sqlite/operation.hpp"
#include "journal/sqlite/store_parts.hpp"
#include "journal/sqlite/store_upkeep.hpp"

#include <cstdint>
#include <optional>

namespace asio_chat::sqlite {

/// A log goes as by `erase_room`, but beside whoever uses the others: long ones in pieces, as
/// retention takes entries out; then the keys of the room, which any thread may destroy, and after
/// them `empty_room`. Whatever ends it in between, the next start does the rest.
/// @param what is told what became of the log, if nothing is to be destroyed
/// @return none: it is answered
result<std::optional<destruction>> plan_drop(store_parts& s, store_upkeep& upkeep,
                                             drop_operation& what);

/// The room's row as that of one in which nothing was said, in a later epoch, and what else is in
/// the file of it taken out; in the caller's transaction.
void empty_room(writer_connection& w, const room_row& r, std::uint64_t epoch);

} // namespace asio_chat::sqlite
