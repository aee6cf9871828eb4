// Texts that are destroyed while the journal is in use.
#pragma once

#include "journal/sqlite/key_file.hpp"
#include "journal/sqlite/operation.hpp"
#include "journal/sqlite/store_parts.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace asio_chat::sqlite {

/// What is to be destroyed of a room, as its keys know it.
struct destruction {
  key_file::doomed_room doomed;
  std::int64_t room = 0; ///< its number in the journal
};

/// Destroying takes three steps: this one, `key_ring::destroy_only`, which any thread may take, and
/// `forget_destroyed`. From the second one on nobody can read the texts; their words stay in the
/// index, under hashes, until the next start: see `key_ring::destroy_searches`. A text from before
/// texts had keys of their own is refused, with what the operator can do.
/// @return none: nothing is there to be destroyed
result<std::optional<destruction>> plan_destruction(store_parts& s, const destroy_operation& what);

/// The search index does not find them any more, in one commit.
/// @param keys what became of their keys, of all together
result<void> forget_destroyed(store_parts& s, std::span<const destruction> all,
                              const result<bool>& keys);

} // namespace asio_chat::sqlite
