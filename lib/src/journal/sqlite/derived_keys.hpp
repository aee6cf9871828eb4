// The keys that are derived from a master key, and those derived from the key of a room.
#pragma once

#include "journal/sqlite/secret_key.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace asio_chat::sqlite {

/// Wraps the keys of a ring with a key that is derived from a master key.
class master_key {
 public:
  explicit master_key(const secret_key& key);

  /// Tells which master key wrapped something, and nothing else about it.
  const std::string& id() const noexcept { return id_; }

  /// @param place where the wrapped key is kept: it is authenticated
  std::string wrap(const secret_key& key, std::string_view place) const;
  std::optional<secret_key> unwrap(std::string_view wrapped, std::string_view place) const;

 private:
  secret_key wrapping_;
  std::string id_;
};

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
