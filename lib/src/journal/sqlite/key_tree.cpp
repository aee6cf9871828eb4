#include "journal/sqlite/key_tree.hpp"

#include "journal/sqlite/binary.hpp"

#include <sodium.h>

#include <algorithm>
#include <bit>
#include <utility>

namespace asio_chat::sqlite {

namespace {

constexpr int max_height = 63;
constexpr unsigned char purpose[crypto_generichash_blake2b_PERSONALBYTES + 1] = "chat key tree  1";

std::size_t bit_at(std::uint64_t place, int height) noexcept {
  return place >> height & 1;
}

/// Among those below its node of that height.
std::size_t place_below(std::uint64_t place, int height) noexcept {
  return place & ((std::uint64_t{1} << height) - 1);
}

/// The one on the way to a place.
tree_key child_of(const tree_key& parent, std::uint64_t place, int height) noexcept {
  child_keys children = expand(parent);
  const tree_key chosen = children.of[bit_at(place, height)];
  ::sodium_memzero(&children, sizeof children);
  return chosen;
}

/// Puts what is below a node in front of those that are to be looked at, the lowest at the back.
void open_node(const key_tree::node& n, std::vector<key_tree::node>& open) {
  if (n.height <= leaf_height) {
    leaf_keys leaves;
    expand(n.key, leaves);
    for (std::size_t i = std::size_t{1} << n.height; i-- > 0;)
      open.push_back({n.first + i, 0, leaves[i]});
    ::sodium_memzero(leaves.data(), sizeof leaves);
    return;
  }
  child_keys children = expand(n.key);
  const int height = n.height - 1;
  open.push_back({n.first + (std::uint64_t{1} << height), height, children.of[1]});
  open.push_back({n.first, height, children.of[0]});
  ::sodium_memzero(&children, sizeof children);
}

} // namespace

child_keys expand(const tree_key& parent) noexcept {
  static_assert(sizeof(child_keys) == crypto_generichash_blake2b_BYTES_MAX);
  child_keys children;
  ::crypto_generichash_blake2b_salt_personal(children.of[0].data(), sizeof children, nullptr, 0,
                                             parent.data(), parent.size(), nullptr, purpose);
  return children;
}

void expand(const tree_key& parent, leaf_keys& leaves) noexcept {
  constexpr std::array<unsigned char, crypto_stream_chacha20_ietf_NONCEBYTES> once{};
  ::crypto_stream_chacha20_ietf(leaves.front().data(), sizeof leaves, once.data(), parent.data());
}

key_tree key_tree::random(int height) {
  key_tree made(height);
  node& root = made.nodes_.emplace_back();
  root.height = height;
  ::randombytes_buf(root.key.data(), root.key.size());
  return made;
}

key_tree::~key_tree() {
  for (node& n : nodes_)
    ::sodium_memzero(n.key.data(), n.key.size());
}

const key_tree::node* key_tree::above(std::uint64_t place) const noexcept {
  const auto next = std::ranges::upper_bound(nodes_, place, {}, &node::first);
  if (next == nodes_.begin()) return nullptr;
  const node& found = *std::prev(next);
  return place <= found.last() ? &found : nullptr;
}

std::optional<tree_key> key_tree::leaf(std::uint64_t place) const noexcept {
  const node* const root = above(place);
  if (!root) return {};
  tree_key key = root->key;
  int height = root->height;
  while (height > leaf_height)
    key = child_of(key, place, --height);
  if (height == 0) return key;
  leaf_keys leaves;
  expand(key, leaves);
  key = leaves[place_below(place, height)];
  ::sodium_memzero(leaves.data(), sizeof leaves);
  return key;
}

bool key_tree::destroy(std::uint64_t first, std::uint64_t last) {
  key_tree left(height_);
  // Enough of it: what grows leaves copies behind.
  const std::size_t most_new = 2 * (static_cast<std::size_t>(height_) + leaf_keys().size());
  left.nodes_.reserve(nodes_.size() + most_new);
  std::vector<node> open; // to be looked at, the lowest place at the back
  open.reserve(nodes_.size() + most_new);
  std::ranges::copy(nodes_.rbegin(), nodes_.rend(), std::back_inserter(open));
  bool any = false;
  while (!open.empty()) {
    node n = open.back();
    ::sodium_memzero(&open.back(), sizeof(node));
    open.pop_back();
    const bool is_left = n.last() < first || n.first > last;
    any |= !is_left;
    if (is_left) {
      left.nodes_.push_back(n);
    } else if (n.first < first || n.last() > last) {
      open_node(n, open);
    }
    ::sodium_memzero(&n, sizeof n);
  }
  std::swap(nodes_, left.nodes_); // and what was here is wiped
  return any;
}

void key_tree::append_to(std::string& bytes) const {
  bytes.push_back(static_cast<char>(height_));
  put_varint(bytes, nodes_.size());
  for (const node& n : nodes_) {
    put_varint(bytes, n.first);
    bytes.push_back(static_cast<char>(n.height));
    bytes.append(n.key.begin(), n.key.end());
  }
}

std::optional<key_tree> key_tree::take_from(std::string_view& bytes) {
  byte_reader in(bytes);
  const auto height = in.bytes(1);
  const auto count = in.varint();
  constexpr std::size_t min_node = 2 + key_size;
  if (!height || !count || *count > in.left() / min_node) return {};
  key_tree tree(static_cast<unsigned char>(height->front()));
  if (tree.height_ > max_height) return {};
  tree.nodes_.reserve(*count);
  std::uint64_t next = 0;
  for (std::uint64_t i = 0; i < *count; ++i) {
    const auto first = in.varint();
    const auto its_height = in.bytes(1);
    const auto key = in.bytes(key_size);
    if (!first || !its_height || !key) return {};
    node n{*first, static_cast<unsigned char>(its_height->front()), {}};
    const bool is_formed = n.height == 0 || n.height == tree.height_ || n.height >= leaf_height;
    if (!is_formed || n.height > tree.height_ || n.first < next) return {};
    const bool is_aligned = (n.first & ((std::uint64_t{1} << n.height) - 1)) == 0;
    if (!is_aligned || n.last() >> tree.height_ != 0) return {};
    std::ranges::copy(*key, n.key.begin());
    next = n.last() + 1;
    tree.nodes_.push_back(n);
    ::sodium_memzero(&n, sizeof n);
  }
  bytes.remove_prefix(bytes.size() - in.left());
  return tree;
}

tree_walker::~tree_walker() {
  ::sodium_memzero(top_.data(), top_.size());
  ::sodium_memzero(below_.data(), sizeof below_);
  ::sodium_memzero(leaves_.data(), sizeof leaves_);
}

/// That of the node above the last place.
const tree_key& tree_walker::key_at(int height) const noexcept {
  if (height == height_) return top_;
  return below_[static_cast<std::size_t>(height - leaf_height)].of[bit_at(place_, height)];
}

/// From the root down to where remembering begins.
void tree_walker::begin(const key_tree::node& root, std::uint64_t place) noexcept {
  root_ = &root;
  height_ = std::min(root.height, kept_height);
  top_ = root.key;
  for (int height = root.height; height-- > height_;)
    top_ = child_of(top_, place, height);
}

const tree_key* tree_walker::key_of(std::uint64_t place) noexcept {
  const bool is_near = root_ && place >= root_->first && place <= root_->last() &&
                       place >> height_ == place_ >> height_;
  if (!is_near) {
    const key_tree::node* const root = tree_.above(place);
    if (!root) return nullptr;
    begin(*root, place);
  }
  // From this height on nodes are the same as those above the last place; children are remembered
  // together.
  const int same = is_near ? static_cast<int>(std::bit_width(place ^ place_)) : height_ + 1;
  place_ = place;
  const int lowest = std::min(height_, leaf_height);
  for (int height = same - 1; height-- > lowest;)
    below_[static_cast<std::size_t>(height - leaf_height)] = expand(key_at(height + 1));
  if (lowest == 0) return &top_;
  if (same > lowest) expand(key_at(lowest), leaves_);
  return &leaves_[place_below(place, lowest)];
}

} // namespace asio_chat::sqlite
