#include "tls/refusal.hpp"

#include <boost/asio/ssl/error.hpp>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <utility>

namespace asio_chat::tls {

namespace {

void free_reason(void*, void* reason, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<std::string*>(reason);
}

int reason_slot() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, free_reason);
  return index;
}

} // namespace

void note_refusal(SSL* ssl, std::string reason) {
  delete static_cast<std::string*>(SSL_get_ex_data(ssl, reason_slot()));
  SSL_set_ex_data(ssl, reason_slot(), new std::string(std::move(reason)));
}

const std::string* refusal_of(const SSL* ssl) noexcept {
  return ssl != nullptr ? static_cast<std::string*>(SSL_get_ex_data(ssl, reason_slot())) : nullptr;
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

errc trust_code(int verify_error) noexcept {
  switch (verify_error) {
  case X509_V_ERR_CERT_HAS_EXPIRED:
  case X509_V_ERR_CERT_NOT_YET_VALID:
  case X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD:
  case X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD:
    return errc::certificate_expired;
  case X509_V_ERR_HOSTNAME_MISMATCH:
  case X509_V_ERR_IP_ADDRESS_MISMATCH:
    return errc::host_name_mismatch;
  case X509_V_ERR_CERT_REVOKED:
    return errc::certificate_revoked;
  default:
    return errc::untrusted_certificate;
  }
}

std::string trust_phrase(int verify_error) {
  switch (verify_error) {
  case X509_V_ERR_CERT_HAS_EXPIRED:
    return "has expired";
  case X509_V_ERR_CERT_NOT_YET_VALID:
    return "is not valid yet";
  case X509_V_ERR_HOSTNAME_MISMATCH:
  case X509_V_ERR_IP_ADDRESS_MISMATCH:
    return "is of another host";
  case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    return "is signed by itself and is not among the trusted ones";
  case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
  case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    return "is not signed by a CA that is trusted here";
  case X509_V_ERR_INVALID_PURPOSE:
    return "was not made for this end of a connection";
  case X509_V_ERR_INVALID_CA:
    return "is signed with a certificate that is not a CA's";
  case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    return "has a wrong signature";
  case X509_V_ERR_CERT_REVOKED:
    return "was revoked";
  case X509_V_ERR_EE_KEY_TOO_SMALL:
  case X509_V_ERR_CA_KEY_TOO_SMALL:
    return "has too small a key, or its CA has";
  case X509_V_ERR_CA_MD_TOO_WEAK:
    return "has too weak a signature";
  default: {
    const char* reason = X509_verify_cert_error_string(verify_error);
    return std::string("cannot be trusted (") + (reason != nullptr ? reason : "no reason known") +
           ")";
  }
  }
}

} // namespace asio_chat::tls
