#include "tls/sha256.hpp"

#include <openssl/evp.h>

namespace asio_chat::tls {

std::optional<sha256_digest> sha256(std::string_view bytes) noexcept {
  sha256_digest digest{};
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1)
    return std::nullopt;
  return digest;
}

std::optional<sha256_digest> sha256(const X509* certificate) noexcept {
  sha256_digest digest{};
  if (X509_digest(certificate, EVP_sha256(), digest.data(), nullptr) != 1) return std::nullopt;
  return digest;
}

} // namespace asio_chat::tls
