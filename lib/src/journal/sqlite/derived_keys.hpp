// The keys that are derived from a master key, and those derived from the key of a room.
#pragma once

#include "journal/sqlite/secret_key.hpp"
#include "journal/sqlite/text_keys.hpp"

#include <array>
#include <cstdint>
#include <memory>
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
  /// The same for secrets of another length.
  std::string wrap_bytes(std::string_view secrets, std::string_view place) const;
  std::optional<std::string> unwrap_bytes(std::string_view wrapped, std::string_view place) const;

 private:
  secret_key wrapping_;
  std::string id_;
};

/// What a room is called in the database: a keyed hash of its name.
using room_tag = std::array<std::uint8_t, 16>;
/// A link of a room's chain, or any other keyed hash.
using chain_value = std::array<std::uint8_t, 32>;

/// One key for each use, derived from the room's own by libsodium's KDF, but for those of texts and
/// of the search index, which are secrets of their own. Wiped when it goes.
class room_key {
 public:
  /// @param texts none: of a key from before texts could be destroyed. Its records have their texts
  ///   under `for_sealing`, and words are under a key that is derived.
  explicit room_key(key_bytes root, std::optional<text_secrets> texts = {});
  ~room_key();
  room_key(const room_key&) = delete;
  room_key& operator=(const room_key&) = delete;

  key_bytes for_sealing() const noexcept { return seal_; }
  key_bytes for_chain() const noexcept { return chain_; }
  /// Null: it has none, see above.
  text_keys* texts() const noexcept { return texts_.get(); }
  /// Where an author is in the tree of them. Names that differ in case only are the same name.
  std::uint64_t place_of_author(std::string_view name) const;
  /// What is in the index under this key can be found. False once a text was destroyed.
  bool can_search() const noexcept { return !texts_ || texts_->secrets().search; }
  /// The keyed hash of a word (SipHash): what the search index has in place of it. To be asked only
  /// if `can_search`.
  std::uint64_t hash_of_word(std::string_view word) const noexcept;

 private:
  std::array<std::uint8_t, key_size> seal_;
  std::array<std::uint8_t, key_size> chain_;
  std::array<std::uint8_t, 16> search_{};
  std::array<std::uint8_t, 16> authors_{};
  std::unique_ptr<text_keys> texts_;
};

} // namespace asio_chat::sqlite
