// OCSP responses, those that a CA makes and those that it would never make.
#pragma once

#include "tls/x509/issue.hpp"

#include <openssl/ocsp.h>

#include <chrono>
#include <optional>
#include <string>

namespace asio_chat::tls::test {

struct response_request {
  int status = V_OCSP_CERTSTATUS_GOOD;
  std::chrono::seconds age = std::chrono::hours(1); ///< negative: the response is from the future
  std::optional<std::chrono::seconds> left =
      std::chrono::hours(1); ///< no value: the response names no end
  const EVP_MD* name_hash = EVP_sha1();
};

/// An OCSPResponse in DER about a certificate of `ca`, signed by `signer`.
std::string make_response(const X509* about, const x509::identity& ca, const x509::identity& signer,
                          const response_request& what = {});

/// Returns the certificate with one more extension, signed by the CA.
void add_extension(x509::identity& to, const x509::identity& ca, int nid, const char* value);

} // namespace asio_chat::tls::test
