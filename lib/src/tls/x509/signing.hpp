// What everything has in common that a CA signs: certificates and revocation lists.
#pragma once

#include "tls/x509/issue.hpp"

#include <asio_chat/error.hpp>

#include <openssl/x509v3.h>

#include <chrono>
#include <ctime>
#include <string>
#include <string_view>

namespace asio_chat::tls::x509 {

/// What could only come of an OpenSSL that is broken, or of a key that cannot sign.
failure openssl_refused(std::string_view doing);

/// @param what begins the sentence of a refusal, e.g. `a certificate`
result<void> check_days(int days, std::string_view what);

/// Whether it is a CA, with the key of its certificate.
result<void> check_issuer(const identity& issuer);

/// 128 random bits.
bool set_serial(X509* certificate);

/// When what is signed now begins: five minutes ago, since the clock of its verifier may be
/// slow. By `time()`, of which a second begins some milliseconds after that of `system_clock`.
inline std::chrono::sys_seconds time_of_signing() {
  return std::chrono::sys_seconds(std::chrono::seconds(std::time(nullptr))) -
         std::chrono::minutes(5);
}

bool set_times(X509* certificate, std::time_t start, int days);

/// Only for values that are ours or were checked: they are OpenSSL's little language.
openssl_ptr<X509_EXTENSION, X509_EXTENSION_free> make_extension(X509V3_CTX* context, int nid,
                                                                const std::string& value);

/// The hash that a key signs with. Ed25519 and Ed448 have their own and take none.
const EVP_MD* digest_for(const EVP_PKEY* key);

} // namespace asio_chat::tls::x509
