// Texts that are destroyed while the journal is in use.
#pragma once

#include "journal/sqlite/key_file.hpp"
#include "journal/sqlite/operation.hpp"
#include "journal/sqlite/store_parts.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace asio_chat::sqlite {

/// What is to be destroyed of a room, as its keys know it.
struct destruction {
  key_file::doomed_room doomed;
  std::int64_t room = 0;        ///< its number in the journal
  std::string dropped{};        ///< all of it is: the name of the room; mostly empty
  std::uint32_t newest_key = 0; ///< of a room that is dropped
  std::uint64_t taken_out = 0;  ///< entries before it go with their keys; 0: all stay in the log
};

/// Destroying takes three steps: this one, `destroy_keys`, which any thread may take, and
/// `forget_destroyed`. From the second one on nobody can read the texts; their words stay in the
/// index, under hashes, until the next start: see `key_ring::destroy_searches`. A text from before
/// texts had keys of their own is refused, with what the operator can do.
/// @return none: nothing is there to be destroyed
result<std::optional<destruction>> plan_destruction(store_parts& s, const destroy_operation& what);

/// The second step.
/// @return whether anything was left of them
result<bool> destroy_keys(key_ring& keys, std::span<const destruction> all);

/// The search index does not find them any more, and rooms that were dropped begin anew, in one
/// commit.
/// @param keys what became of their keys, of all together
result<void> forget_destroyed(store_parts& s, std::span<const destruction> all,
                              const result<bool>& keys);

} // namespace asio_chat::sqlite
