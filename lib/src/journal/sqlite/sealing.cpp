#include "journal/sqlite/sealing.hpp"

#include <sodium.h>

namespace asio_chat::sqlite {

namespace {

constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(key_size == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

const unsigned char* bytes_of(std::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}

} // namespace

std::string seal_bytes(key_bytes key, std::string_view plain, std::string_view associated) {
  std::string sealed(nonce_size + plain.size() + tag_size, '\0');
  auto* const nonce = reinterpret_cast<unsigned char*>(sealed.data());
  ::randombytes_buf(nonce, nonce_size);
  ::crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + nonce_size, nullptr, bytes_of(plain),
                                               plain.size(), bytes_of(associated),
                                               associated.size(), nullptr, nonce, key.data());
  return sealed;
}

std::optional<std::string> open_bytes(key_bytes key, std::string_view sealed,
                                      std::string_view associated) {
  if (sealed.size() < nonce_size + tag_size) return {};
  std::string plain(sealed.size() - nonce_size - tag_size, '\0');
  if (::crypto_aead_xchacha20poly1305_ietf_decrypt(
          reinterpret_cast<unsigned char*>(plain.data()), nullptr, nullptr,
          bytes_of(sealed) + nonce_size, sealed.size() - nonce_size, bytes_of(associated),
          associated.size(), bytes_of(sealed), key.data()) != 0) {
    return {};
  }
  return plain;
}

} // namespace asio_chat::sqlite
