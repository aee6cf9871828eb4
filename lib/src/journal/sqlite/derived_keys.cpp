#include "journal/sqlite/derived_keys.hpp"

#include "journal/sqlite/secret_key.hpp"
#include "names/member_name.hpp"

#include <sodium.h>

#include <cstring>
#include <tuple>

namespace asio_chat::sqlite {

namespace {

constexpr std::size_t id_size = 16;
constexpr char context[] = "chatmstr";

secret_key wrapping_key_of(const secret_key& key) {
  return secret_key::filled([&](std::span<std::uint8_t, key_size> bytes) {
    ::crypto_kdf_derive_from_key(bytes.data(), bytes.size(), 1, context, key.bytes().data());
  });
}

} // namespace

master_key::master_key(const secret_key& key)
    : wrapping_(wrapping_key_of(key))
    , id_(id_size, '\0') {
  ::crypto_kdf_derive_from_key(reinterpret_cast<unsigned char*>(id_.data()), id_.size(), 2, context,
                               key.bytes().data());
}

std::string master_key::wrap(const secret_key& key, std::string_view place) const {
  const key_bytes bytes = key.bytes();
  return seal_bytes(wrapping_.bytes(), {reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                    place);
}

std::optional<secret_key> master_key::unwrap(std::string_view wrapped,
                                             std::string_view place) const {
  auto bytes = open_bytes(wrapping_.bytes(), wrapped, place);
  if (!bytes || bytes->size() != key_size) return {};
  auto key = secret_key::filled([&](std::span<std::uint8_t, key_size> out) {
    std::copy(bytes->begin(), bytes->end(), out.begin());
  });
  ::sodium_memzero(bytes->data(), bytes->size());
  return key;
}

std::string master_key::wrap_bytes(std::string_view secrets, std::string_view place) const {
  return seal_bytes(wrapping_.bytes(), secrets, place);
}

std::optional<std::string> master_key::unwrap_bytes(std::string_view wrapped,
                                                    std::string_view place) const {
  return open_bytes(wrapping_.bytes(), wrapped, place);
}

static_assert(key_size == crypto_kdf_KEYBYTES);
static_assert(std::tuple_size<room_tag>() >= crypto_generichash_BYTES_MIN);

room_key::room_key(key_bytes root, std::optional<text_secrets> texts) {
  const auto derive = [&](auto& subkey, std::uint64_t number) {
    ::crypto_kdf_derive_from_key(subkey.data(), subkey.size(), number, "chatroom", root.data());
  };
  derive(seal_, 1);
  derive(chain_, 2);
  static_assert(sizeof search_ == crypto_shorthash_KEYBYTES);
  static_assert(sizeof authors_ == crypto_shorthash_KEYBYTES);
  if (!texts) {
    derive(search_, 3);
    return;
  }
  derive(authors_, 4);
  if (texts->search) search_ = *texts->search;
  texts_ = std::make_unique<text_keys>(*std::move(texts));
}

room_key::~room_key() {
  ::sodium_memzero(seal_.data(), seal_.size());
  ::sodium_memzero(chain_.data(), chain_.size());
  ::sodium_memzero(search_.data(), search_.size());
  ::sodium_memzero(authors_.data(), authors_.size());
}

namespace {

std::uint64_t short_hash(std::string_view bytes, const std::array<std::uint8_t, 16>& key) noexcept {
  std::array<unsigned char, crypto_shorthash_BYTES> hash;
  ::crypto_shorthash(hash.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size(), key.data());
  std::uint64_t number;
  static_assert(sizeof number == sizeof hash);
  std::memcpy(&number, hash.data(), sizeof number);
  return number;
}

} // namespace

std::uint64_t room_key::place_of_author(std::string_view name) const {
  constexpr std::uint64_t places = std::uint64_t{1} << text_secrets::author_height;
  return short_hash(fold_name(name), authors_) % places;
}

std::uint64_t room_key::hash_of_word(std::string_view word) const noexcept {
  return short_hash(word, search_);
}

} // namespace asio_chat::sqlite
