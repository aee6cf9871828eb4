// The keys of one room under one key number.
#pragma once

#include "journal/sqlite/secret_key.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace asio_chat::sqlite {

/// What a room is called in the database: a keyed hash of its name.
using room_tag = std::array<std::uint8_t, 16>;
/// A link of a room's chain, or any other keyed hash.
using chain_value = std::array<std::uint8_t, 32>;

/// One key for each use, derived from the room's own by libsodium's KDF. Wiped when it goes.
class room_key {
 public:
  explicit room_key(key_bytes root);
  ~room_key();
  room_key(const room_key&) = delete;
  room_key& operator=(const room_key&) = delete;

  key_bytes for_sealing() const noexcept { return seal_; }
  key_bytes for_chain() const noexcept { return chain_; }
  /// The keyed hash of a word (SipHash): what the search index has in place of it.
  std::uint64_t hash_of_word(std::string_view word) const noexcept;

 private:
  std::array<std::uint8_t, key_size> seal_;
  std::array<std::uint8_t, key_size> chain_;
  std::array<std::uint8_t, 16> search_;
};

} // namespace asio_chat::sqlite
