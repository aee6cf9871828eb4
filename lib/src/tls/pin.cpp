#include "tls/pin.hpp"

#include "tls/sha256.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace asio_chat::tls {

namespace {

constexpr std::string_view prefix = "sha256/";
constexpr std::size_t base64_length = 44; // of 32 bytes

std::string base64(const sha256_digest& bytes) {
  std::array<unsigned char, base64_length + 1> text{};
  EVP_EncodeBlock(text.data(), bytes.data(), static_cast<int>(bytes.size()));
  return {text.begin(), text.end() - 1};
}

} // namespace

std::string pin_of(const X509* certificate) {
  unsigned char* der = nullptr;
  const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (length <= 0) return {};
  const auto digest =
      sha256({reinterpret_cast<const char*>(der), static_cast<std::size_t>(length)});
  OPENSSL_free(der);
  return digest ? std::string(prefix) + base64(*digest) : std::string();
}

bool is_pin(std::string_view text) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  if (text.size() != base64_length || text.back() != '=') return false;
  // EVP_DecodeBlock ignores white space at the ends and takes the padding for data, so what it
  // read must give the same text again.
  std::array<unsigned char, base64_length> bytes{};
  if (EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size())) != sha256_digest().size() + 1)
    return false;
  sha256_digest digest;
  std::copy_n(bytes.begin(), digest.size(), digest.begin());
  return base64(digest) == text;
}

} // namespace asio_chat::tls
