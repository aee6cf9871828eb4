#include "tls/trust_error.hpp"

#include <openssl/x509_vfy.h>

namespace asio_chat::tls {

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
