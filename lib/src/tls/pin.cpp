#include "tls/pin.hpp"

#include <openssl/crypto.h>

#include <cstddef>

namespace asio_chat::tls {

std::optional<key_hash> key_of(const X509* certificate) {
  unsigned char* der = nullptr;
  const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (length <= 0) return {};
  const auto digest =
      sha256({reinterpret_cast<const char*>(der), static_cast<std::size_t>(length)});
  OPENSSL_free(der);
  return digest;
}

std::string pin_of(const X509* certificate) {
  const auto key = key_of(certificate);
  return key ? asio_chat::pin_of(*key) : std::string();
}

} // namespace asio_chat::tls
