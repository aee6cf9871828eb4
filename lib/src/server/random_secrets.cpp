#include "server/random_secrets.hpp"

#include "tls/sha256.hpp"

#include <asio_chat/error.hpp>

#include <openssl/rand.h>

#include <algorithm>
#include <string>

namespace asio_chat {

namespace {

tls::sha256_digest digest_of(std::string_view text) {
  const auto digest = tls::sha256(text);
  if (!digest) throw error(fail(errc::not_available, "this server cannot compute SHA-256"));
  return *digest;
}

} // namespace

random_secrets::random_secrets(const people_store* store)
    : store_(store) {
  fill(key_);
}

void random_secrets::fill(std::span<std::uint8_t> bytes) {
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw error(fail(errc::not_available, "the system has no random numbers"));
}

identity random_secrets::hash_of(std::string_view secret) const {
  const auto digest = digest_of(secret);
  identity hash;
  std::copy_n(digest.begin(), hash.size(), hash.begin());
  return hash;
}

std::uint64_t random_secrets::mark(const identity& who) const {
  if (const auto lasting = store_ ? store_->proof_of_identity(who) : std::nullopt) return *lasting;
  std::string text(key_.begin(), key_.end()); // of one length, so that nothing can be put behind it
  text.append(who.begin(), who.end());
  std::uint64_t mark = 0;
  const auto digest = digest_of(text);
  for (std::size_t i = 0; i < sizeof mark; ++i)
    mark = mark << 8 | digest[i];
  return mark;
}

} // namespace asio_chat
