#include "journal/sqlite/room_key.hpp"

#include <sodium.h>

#include <cstring>
#include <tuple>

namespace asio_chat::sqlite {

static_assert(key_size == crypto_kdf_KEYBYTES);
static_assert(std::tuple_size<room_tag>() >= crypto_generichash_BYTES_MIN);

room_key::room_key(key_bytes root) {
  const auto derive = [&](auto& subkey, std::uint64_t number) {
    ::crypto_kdf_derive_from_key(subkey.data(), subkey.size(), number, "chatroom", root.data());
  };
  derive(seal_, 1);
  derive(chain_, 2);
  derive(search_, 3);
  static_assert(sizeof search_ == crypto_shorthash_KEYBYTES);
}

room_key::~room_key() {
  ::sodium_memzero(seal_.data(), seal_.size());
  ::sodium_memzero(chain_.data(), chain_.size());
  ::sodium_memzero(search_.data(), search_.size());
}

std::uint64_t room_key::hash_of_word(std::string_view word) const noexcept {
  std::array<unsigned char, crypto_shorthash_BYTES> hash;
  ::crypto_shorthash(hash.data(), reinterpret_cast<const unsigned char*>(word.data()), word.size(),
                     search_.data());
  std::uint64_t number;
  static_assert(sizeof number == sizeof hash);
  std::memcpy(&number, hash.data(), sizeof number);
  return number;
}

} // namespace asio_chat::sqlite
