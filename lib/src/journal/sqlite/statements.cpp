#include "journal/sqlite/statements.hpp"

#include <fmt/format.h>

#include <sodium.h>

#include <array>
#include <optional>

namespace asio_chat::sqlite {

namespace {

constexpr int base64url = sodium_base64_VARIANT_URLSAFE_NO_PADDING; // RFC 7515, 2
static_assert(key_size == crypto_sign_SEEDBYTES);

/// Wiped when it goes.
struct key_pair {
  explicit key_pair(key_bytes seed) {
    ::crypto_sign_seed_keypair(open.data(), secret.data(), seed.data());
  }
  ~key_pair() { ::sodium_memzero(secret.data(), secret.size()); }
  key_pair(const key_pair&) = delete;
  key_pair& operator=(const key_pair&) = delete;

  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> open{};
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret{};
};

std::string to_base64(const unsigned char* bytes, std::size_t size) {
  std::string text(sodium_base64_encoded_len(size, base64url), '\0');
  ::sodium_bin2base64(text.data(), text.size(), bytes, size, base64url);
  text.pop_back(); // the zero byte at its end
  return text;
}

std::string to_base64(std::string_view bytes) {
  return to_base64(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string bytes(text.size(), '\0');
  std::size_t size = 0;
  if (::sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                          text.size(), nullptr, &size, nullptr, base64url) != 0)
    return {};
  bytes.resize(size);
  return bytes;
}

std::string header_of(const key_pair& keys) {
  return fmt::format(R"({{"alg":"EdDSA","jwk":{{"kty":"OKP","crv":"Ed25519","x":"{}"}}}})",
                     to_base64(keys.open.data(), keys.open.size()));
}

} // namespace

std::string sign_statement(key_bytes seed, std::string_view statement) {
  const key_pair keys(seed);
  const std::string signed_part =
      fmt::format("{}.{}", to_base64(header_of(keys)), to_base64(statement));
  std::array<unsigned char, crypto_sign_BYTES> signature{};
  ::crypto_sign_detached(signature.data(), nullptr,
                         reinterpret_cast<const unsigned char*>(signed_part.data()),
                         signed_part.size(), keys.secret.data());
  return fmt::format("{}.{}", signed_part, to_base64(signature.data(), signature.size()));
}

result<std::string> open_statement(key_bytes seed, std::string_view jws) {
  while (!jws.empty() && (jws.back() == '\n' || jws.back() == '\r' || jws.back() == ' '))
    jws.remove_suffix(1);
  const auto first = jws.find('.');
  const auto last = jws.rfind('.');
  if (first == jws.npos || first == last)
    return fail(errc::bad_setting, "it is no receipt: it has to be three words with dots between "
                                   "them, in one line");
  const key_pair keys(seed);
  const std::string_view signed_part = jws.substr(0, last);
  const auto header = from_base64(jws.substr(0, first));
  const auto statement = from_base64(jws.substr(first + 1, last - first - 1));
  const auto signature = from_base64(jws.substr(last + 1));
  if (!header || !statement || !signature || signature->size() != crypto_sign_BYTES)
    return fail(errc::bad_setting, "it is no receipt, or a part of it was lost");
  if (*header != header_of(keys))
    return fail(errc::bad_setting, "the server with these keys has not signed it: another one has, "
                                   "or nobody");
  if (::crypto_sign_verify_detached(reinterpret_cast<const unsigned char*>(signature->data()),
                                    reinterpret_cast<const unsigned char*>(signed_part.data()),
                                    signed_part.size(), keys.open.data()) != 0)
    return fail(errc::bad_setting, "its signature is wrong: it was changed after it was signed");
  return *statement;
}

} // namespace asio_chat::sqlite
