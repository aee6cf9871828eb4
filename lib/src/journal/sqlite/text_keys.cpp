#include "journal/sqlite/text_keys.hpp"

#include <sodium.h>

#include <algorithm>

namespace asio_chat::sqlite {

namespace {

constexpr unsigned char purpose[crypto_generichash_blake2b_PERSONALBYTES + 1] = "chat text key  1";
constexpr std::size_t max_known_authors = 256;
constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;

} // namespace

text_secrets text_secrets::random() {
  text_secrets s{key_tree::random(offset_height), key_tree::random(author_height), {{}}};
  ::randombytes_buf(s.search->data(), s.search->size());
  return s;
}

std::string text_secrets::to_bytes() const {
  std::string bytes;
  bytes.reserve(64 +
                (offsets.nodes().size() + authors.nodes().size()) * 48); // no copy stays behind
  bytes.push_back(search ? '\1' : '\0');
  if (search) bytes.append(search->begin(), search->end());
  offsets.append_to(bytes);
  authors.append_to(bytes);
  return bytes;
}

std::optional<text_secrets> text_secrets::from_bytes(std::string_view bytes) {
  if (bytes.empty()) return {};
  const bool has_search = bytes.front() == '\1';
  bytes.remove_prefix(1);
  std::optional<std::array<std::uint8_t, 16>> search;
  if (has_search) {
    search.emplace();
    if (bytes.size() < search->size()) return {};
    std::copy_n(bytes.begin(), search->size(), search->begin());
    bytes.remove_prefix(search->size());
  }
  auto offsets = key_tree::take_from(bytes);
  auto authors = offsets ? key_tree::take_from(bytes) : std::nullopt;
  if (!authors || !bytes.empty() || offsets->height() != offset_height ||
      authors->height() != author_height)
    return {};
  return text_secrets{*std::move(offsets), *std::move(authors), search};
}

const tree_key* text_keys::derived::author(std::uint64_t place) {
  const auto known = known_authors.find(place);
  if (known != known_authors.end()) return &known->second;
  const auto found = authors.leaf(place);
  if (!found) return nullptr;
  if (known_authors.size() >= max_known_authors) forget_authors();
  return &known_authors.emplace(place, *found).first->second;
}

void text_keys::derived::forget_authors() {
  for (auto& [place, key] : known_authors)
    ::sodium_memzero(key.data(), key.size());
  known_authors.clear();
}

text_cipher::text_cipher(text_keys& keys, use u, std::string_view nonce)
    : text_cipher(keys, u == use::sealing ? keys.sealing_ : keys.opening_, nonce) {}

text_cipher::text_cipher(text_keys& keys, text_keys::shared_derived& of, std::string_view nonce)
    : lock_(of.mutex)
    , keys_(of.keys ? *of.keys : *(of.keys = std::make_unique<text_keys::derived>(keys.secrets_)))
    , nonce_(nonce.substr(0, nonce_size)) {}

bool text_cipher::apply(std::uint64_t offset, std::uint64_t author, std::span<char> text) {
  const tree_key* const by_author = keys_.author(author);
  const tree_key* const by_offset = by_author ? keys_.offsets.key_of(offset) : nullptr;
  if (!by_offset) return false;
  // With the record's nonce, since a log that was put back has other texts at the same offsets.
  std::array<unsigned char, 2 * key_size + nonce_size> from{};
  auto end = std::ranges::copy(*by_offset, from.begin()).out;
  end = std::ranges::copy(*by_author, end).out;
  std::ranges::copy(nonce_, end);
  tree_key key;
  ::crypto_generichash_blake2b_salt_personal(key.data(), key.size(), from.data(), from.size(),
                                             nullptr, 0, nullptr, purpose);
  constexpr std::array<unsigned char, crypto_stream_chacha20_ietf_NONCEBYTES> once{};
  auto* const bytes = reinterpret_cast<unsigned char*>(text.data());
  ::crypto_stream_chacha20_ietf_xor(bytes, bytes, text.size(), once.data(), key.data());
  ::sodium_memzero(key.data(), key.size());
  ::sodium_memzero(from.data(), from.size());
  return true;
}

} // namespace asio_chat::sqlite
