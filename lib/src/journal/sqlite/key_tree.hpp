// Keys for places, each of which can be destroyed for good without the others.
#pragma once

#include "journal/sqlite/secret_key.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::sqlite {

/// One key of a tree. Whoever holds them wipes them.
using tree_key = std::array<std::uint8_t, key_size>;

/// A tree of keys over the places from 0 on (Goldreich, Goldwasser, Micali: How to Construct Random
/// Functions, 1986): a keyed hash of a node is the keys of its two children, and a leaf is the key
/// of its place. Sixteen leaves are made of one node at once, by a stream cipher: that is most of
/// what a place costs if others near it are asked for. Who has a node has all leaves below it, and
/// no other one. So a place is destroyed by keeping, instead of what is above it, the siblings
/// along its path: a puncturable function (Boneh, Waters: Constrained Pseudorandom Functions and
/// Their Applications, ASIACRYPT 2013).
class key_tree {
 public:
  struct node {
    std::uint64_t first = 0; ///< the lowest place below it
    int height = 0;          ///< it has 2^height places; 0: a leaf
    tree_key key{};
    std::uint64_t last() const noexcept { return first + ((std::uint64_t{1} << height) - 1); }
  };

  /// All places below 2^height, from a random root.
  /// @param height below 64
  static key_tree random(int height);
  key_tree(const key_tree&) = default;
  key_tree& operator=(const key_tree&) = default;
  key_tree(key_tree&&) noexcept = default;
  key_tree& operator=(key_tree&&) noexcept = default;
  ~key_tree();

  int height() const noexcept { return height_; }
  /// Those that are left, in the order of their places.
  const std::vector<node>& nodes() const noexcept { return nodes_; }
  /// The one that has this place; null: it was destroyed.
  const node* above(std::uint64_t place) const noexcept;
  /// The key of a place, from the node above it on: a hash for each level. None: it was destroyed.
  std::optional<tree_key> leaf(std::uint64_t place) const noexcept;
  /// @return whether any of these places was left
  bool destroy(std::uint64_t first, std::uint64_t last);

  /// Nodes as bytes, for a place where they are sealed.
  void append_to(std::string& bytes) const;
  /// Takes them off the front of `bytes`; nothing if these are not what `append_to` appends.
  static std::optional<key_tree> take_from(std::string_view& bytes);

 private:
  explicit key_tree(int height)
      : height_(height) {}

  int height_;
  std::vector<node> nodes_;
};

/// The keys of both children of a node.
struct child_keys {
  std::array<tree_key, 2> of{};
};
child_keys expand(const tree_key& parent) noexcept;

/// The lowest nodes have leaves below them instead of children.
inline constexpr int leaf_height = 4;
using leaf_keys = std::array<tree_key, 1 << leaf_height>;
void expand(const tree_key& parent, leaf_keys& leaves) noexcept;

/// Finds the keys of places that are near each other without beginning at the root each time. The
/// tree has to live as long.
class tree_walker {
 public:
  explicit tree_walker(const key_tree& tree)
      : tree_(tree) {}
  tree_walker(const tree_walker&) = delete;
  tree_walker& operator=(const tree_walker&) = delete;
  ~tree_walker();

  /// Null: it was destroyed. Good until the next call.
  const tree_key* key_of(std::uint64_t place) noexcept;

 private:
  /// What is above is worked out anew where this ends; each level takes 64 bytes.
  static constexpr int kept_height = 10;

  const tree_key& key_at(int height) const noexcept;
  void begin(const key_tree::node& root, std::uint64_t place) noexcept;

  const key_tree& tree_;
  const key_tree::node* root_ = nullptr; ///< of the last place
  std::uint64_t place_ = 0;
  int height_ = 0; ///< of `top_`, above the last place
  tree_key top_{};
  std::array<child_keys, kept_height - leaf_height> below_{}; ///< first those of `leaf_height`
  leaf_keys leaves_{};
};

} // namespace asio_chat::sqlite
