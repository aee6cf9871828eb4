// Logs that keep less than the journal would.
#pragma once

#include "journal/sqlite/destroy_texts.hpp"
#include "journal/sqlite/operation.hpp"
#include "journal/sqlite/store_parts.hpp"
#include "journal/sqlite/store_upkeep.hpp"

#include <optional>

namespace asio_chat::sqlite {

/// As retention takes records out, a piece at a time; but the keys of their texts go first, on the
/// thread that destroys such keys, so that copies of the file tell nothing of them either. Whatever
/// ends it in between, the next call does the rest. Texts that have no keys of their own are taken
/// out alone.
/// @param what is told whether there is more, if nothing is to be taken out now
/// @return none: it is answered
result<std::optional<destruction>> plan_trim(store_parts& s, store_upkeep& upkeep,
                                             trim_operation& what);

/// The row and the records of a room whose keys are gone so far, in the caller's transaction.
/// @return the row as it is then; none: there is no such room
std::optional<room_row> take_out(writer_connection& w, const destruction& d);

} // namespace asio_chat::sqlite
