// Ids of messages, as the journal knows them again.
#pragma once

#include "model/identity.hpp"

#include <asio_chat/entry.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace asio_chat {

/// A client's own id is a client's own: another device of the same account counts from 1 as well.
/// And what an edit, a deletion or a pin does belongs to the entry that is stored for it, so its id
/// is none of a message, nor of what was done to another entry. So the journal gets
///
///     id                               of who is the token, as guests are, about nothing
///     \1 MARKS \1 - id                 else; no id begins with \1 that is kept as it is
///
/// The `-` leaves a counter a counter (adr/0019).
/// @param token that the client keeps; none: it keeps none
std::string id_in_log(std::string_view id, const identity& who,
                      const std::optional<identity>& token, const entry_reference& about = {});

/// The id that the client gave it.
std::string_view own_id(std::string_view in_log) noexcept;

} // namespace asio_chat
