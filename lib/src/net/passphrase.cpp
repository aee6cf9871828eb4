#include "net/passphrase.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>

namespace asio_chat::net {

namespace {

using digest = std::array<unsigned char, EVP_MAX_MD_SIZE>;

bool sha256(std::string_view text, digest& out) noexcept {
  unsigned int size = 0;
  return EVP_Digest(text.data(), text.size(), out.data(), &size, EVP_sha256(), nullptr) == 1;
}

} // namespace

bool same_passphrase(std::string_view given, std::string_view expected) noexcept {
  // Digests are equally long, so that not even the length of the secret shows in the time.
  digest a{};
  digest b{};
  if (!sha256(given, a) || !sha256(expected, b)) return false;
  return CRYPTO_memcmp(a.data(), b.data(), 32) == 0;
}

} // namespace asio_chat::net
