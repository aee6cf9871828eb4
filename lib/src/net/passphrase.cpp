#include "net/passphrase.hpp"

#include "tls/sha256.hpp"

#include <openssl/crypto.h>

namespace asio_chat::net {

bool same_passphrase(std::string_view given, std::string_view expected) noexcept {
  // Digests are equally long, so that not even the length of the secret shows in the time.
  const auto a = tls::sha256(given);
  const auto b = tls::sha256(expected);
  return a && b && CRYPTO_memcmp(a->data(), b->data(), a->size()) == 0;
}

} // namespace asio_chat::net
