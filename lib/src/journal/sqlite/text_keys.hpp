// The keys of texts: one for each, so that each can be destroyed, and all of an author's together.
#pragma once

#include "journal/sqlite/key_tree.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_chat::sqlite {

/// What is destroyed in a room.
struct doomed_texts {
  struct run {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::uint32_t key = 0; ///< the number of the key that its records are under; 0: any
  };
  std::vector<run> offsets;
  std::vector<std::string> authors; ///< names
  /// Keys from before texts had keys of their own, with all that is under them: nothing that is
  /// wanted may be.
  bool keys_without_texts = false;
  bool empty() const noexcept { return offsets.empty() && authors.empty(); }
};

/// The secrets that are drawn for each key of a room, and that nothing else can be computed from.
/// The key of a text needs a leaf of each of the two trees: so it goes with its offset, and with
/// its author. That of the search index goes with any text: the index shows words by their hashes.
struct text_secrets {
  static constexpr int offset_height = 40; ///< as many as a room may have entries
  static constexpr int author_height = 48; ///< of a keyed hash of the name: two do not meet

  key_tree offsets;
  key_tree authors;
  std::optional<std::array<std::uint8_t, 16>> search; ///< none: it was destroyed

  static text_secrets random();
  std::string to_bytes() const;
  static std::optional<text_secrets> from_bytes(std::string_view bytes);
};

/// Any thread may use it, by `text_cipher`.
class text_keys {
 public:
  explicit text_keys(text_secrets s)
      : secrets_(std::move(s)) {}

  const text_secrets& secrets() const noexcept { return secrets_; }

 private:
  friend class text_cipher;

  /// What was derived last.
  struct derived {
    explicit derived(const text_secrets& s)
        : authors(s.authors)
        , offsets(s.offsets) {}
    ~derived() { forget_authors(); }
    derived(const derived&) = delete;
    derived& operator=(const derived&) = delete;
    const tree_key* author(std::uint64_t place);
    void forget_authors();

    const key_tree& authors;
    tree_walker offsets;
    boost::unordered_flat_map<std::uint64_t, tree_key> known_authors;
  };
  /// Made when it is needed: most rooms are not read while somebody writes in them.
  struct shared_derived {
    std::mutex mutex;
    std::unique_ptr<derived> keys;
  };

  const text_secrets secrets_;
  shared_derived sealing_; ///< who writes goes forwards, and is not to be led astray
  shared_derived opening_;
};

/// Enciphers and deciphers the texts of one record; who does so with the same keys waits meanwhile.
class text_cipher {
 public:
  enum class use { sealing, opening };
  /// @param nonce of the record
  text_cipher(text_keys& keys, use u, std::string_view nonce);
  text_cipher(const text_cipher&) = delete;
  text_cipher& operator=(const text_cipher&) = delete;

  /// What is there becomes cipher text, or text again. Whether it is as it was is not looked at:
  /// texts are in a sealed record.
  /// @param author its place in the tree of authors
  /// @return false if the key was destroyed; nothing has changed then
  bool apply(std::uint64_t offset, std::uint64_t author, std::span<char> text);

 private:
  text_cipher(text_keys& keys, text_keys::shared_derived& of, std::string_view nonce);

  const std::unique_lock<std::mutex> lock_;
  text_keys::derived& keys_;
  const std::string_view nonce_;
};

} // namespace asio_chat::sqlite
