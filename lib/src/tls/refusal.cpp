#include "tls/refusal.hpp"

#include <boost/asio/ssl/error.hpp>

#include <openssl/err.h>

#include <utility>

namespace asio_chat::tls {

namespace {

void free_reason(void*, void* reason, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<std::string*>(reason);
}

int slot() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, free_reason);
  return index;
}

} // namespace

void note_refusal(SSL* ssl, std::string reason) {
  delete static_cast<std::string*>(SSL_get_ex_data(ssl, slot()));
  SSL_set_ex_data(ssl, slot(), new std::string(std::move(reason)));
}

const std::string* refusal_of(const SSL* ssl) noexcept {
  return ssl != nullptr ? static_cast<std::string*>(SSL_get_ex_data(ssl, slot())) : nullptr;
}

bool refuses_us(const error_code& e) noexcept {
  if (e.category() != boost::asio::error::get_ssl_category()) return false;
  const auto code = static_cast<unsigned long>(static_cast<unsigned int>(e.value()));
  switch (ERR_GET_REASON(code) - SSL_AD_REASON_OFFSET) {
  case SSL_AD_HANDSHAKE_FAILURE:
  case SSL_AD_BAD_CERTIFICATE:
  case SSL_AD_UNSUPPORTED_CERTIFICATE:
  case SSL_AD_CERTIFICATE_REVOKED:
  case SSL_AD_CERTIFICATE_EXPIRED:
  case SSL_AD_CERTIFICATE_UNKNOWN:
  case SSL_AD_UNKNOWN_CA:
  case SSL_AD_ACCESS_DENIED:
  case SSL_AD_CERTIFICATE_REQUIRED:
    return true;
  default:
    return false;
  }
}

} // namespace asio_chat::tls
