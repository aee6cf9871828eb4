#include "journal/sqlite/master_key.hpp"

#include "journal/sqlite/sealing.hpp"

#include <sodium.h>

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

} // namespace asio_chat::sqlite
