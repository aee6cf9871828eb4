#include "journal/sqlite/secret_key.hpp"

#include <fmt/format.h>

#include <sodium.h>

#include <algorithm>
#include <new>

namespace asio_chat::sqlite {

namespace {

constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(key_size == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

const unsigned char* bytes_of(std::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}

} // namespace

secret_key::secret_key() {
  // May be called often, and from any thread; -1 is a system without a source of randomness.
  if (::sodium_init() < 0) throw error(fail(errc::storage_failed, "libsodium does not start"));
  // Whole pages of its own: locks of memory do not nest, so keys must not share a page with others.
  auto* memory = static_cast<std::uint8_t*>(::sodium_malloc(key_size));
  if (!memory) throw std::bad_alloc();
  memory_.reset(memory, ::sodium_free);
}

secret_key secret_key::random() {
  return filled([](auto bytes) { ::randombytes_buf(bytes.data(), bytes.size()); });
}

result<secret_key> secret_key::parse(std::string_view text) {
  secret_key parsed;
  if (text.size() == key_size) {
    std::copy(text.begin(), text.end(), parsed.memory_.get());
    return parsed;
  }
  std::string_view digits = text;
  if (digits.ends_with('\n')) digits.remove_suffix(1);
  if (digits.ends_with('\r')) digits.remove_suffix(1);
  std::size_t length = 0;
  if (digits.size() != 2 * key_size ||
      ::sodium_hex2bin(parsed.memory_.get(), key_size, digits.data(), digits.size(), nullptr,
                       &length, nullptr) != 0) {
    return fail(errc::bad_setting, fmt::format("a master key is 64 hexadecimal digits or 32 bytes; "
                                               "what was given is neither ({} bytes)",
                                               text.size()));
  }
  return parsed;
}

seal_nonce draw_nonce() noexcept {
  static_assert(std::tuple_size<seal_nonce>() == nonce_size);
  seal_nonce nonce;
  ::randombytes_buf(nonce.data(), nonce.size());
  return nonce;
}

std::string seal_bytes(key_bytes key, std::string_view plain, std::string_view associated) {
  return seal_bytes(key, draw_nonce(), plain, associated);
}

std::string seal_bytes(key_bytes key, const seal_nonce& nonce, std::string_view plain,
                       std::string_view associated) {
  std::string sealed(nonce_size + plain.size() + tag_size, '\0');
  auto* const out = reinterpret_cast<unsigned char*>(sealed.data());
  std::copy(nonce.begin(), nonce.end(), out);
  ::crypto_aead_xchacha20poly1305_ietf_encrypt(
      out + nonce_size, nullptr, bytes_of(plain), plain.size(), bytes_of(associated),
      associated.size(), nullptr, nonce.data(), key.data());
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
