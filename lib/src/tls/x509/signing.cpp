#include "tls/x509/signing.hpp"

#include <fmt/format.h>

#include <openssl/bn.h>
#include <openssl/rand.h>

#include <array>

namespace asio_chat::tls::x509 {

namespace {

constexpr int max_days = 100 * 366;

} // namespace

failure openssl_refused(std::string_view doing) {
  return fail(errc::bad_setting, fmt::format("OpenSSL failed {}", doing));
}

result<void> check_days(int days, std::string_view what) {
  if (days >= 1 && days <= max_days) return {};
  return fail(errc::bad_setting,
              fmt::format("{} is valid for 1 to {} days, not {}", what, max_days, days));
}

result<void> check_issuer(const identity& issuer) {
  if ((X509_get_extension_flags(issuer.certificate.get()) & EXFLAG_CA) == 0)
    return fail(errc::bad_certificate_file, "the issuer's certificate is not a CA's");
  if (X509_check_private_key(issuer.certificate.get(), issuer.key.get()) != 1)
    return fail(errc::bad_certificate_file, "the issuer's key does not belong to its certificate");
  return {};
}

bool set_serial(X509* certificate) {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return false;
  const openssl_ptr<BIGNUM, BN_free> number(
      BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  return number && BN_is_zero(number.get()) == 0 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_times(X509* certificate, std::time_t start, int days) {
  // New ones: a time that is changed keeps its form, of which each fits some years only.
  const openssl_ptr<ASN1_TIME, ASN1_TIME_free> from(ASN1_TIME_set(nullptr, start));
  const openssl_ptr<ASN1_TIME, ASN1_TIME_free> until(ASN1_TIME_adj(nullptr, start, days, 0));
  return from && until && X509_set1_notBefore(certificate, from.get()) == 1 &&
         X509_set1_notAfter(certificate, until.get()) == 1;
}

openssl_ptr<X509_EXTENSION, X509_EXTENSION_free> make_extension(X509V3_CTX* context, int nid,
                                                                const std::string& value) {
  return openssl_ptr<X509_EXTENSION, X509_EXTENSION_free>(
      X509V3_EXT_conf_nid(nullptr, context, nid, value.c_str()));
}

const EVP_MD* digest_for(const EVP_PKEY* key) {
  const int kind = EVP_PKEY_get_base_id(key);
  return kind == EVP_PKEY_ED25519 || kind == EVP_PKEY_ED448 ? nullptr : EVP_sha256();
}

} // namespace asio_chat::tls::x509
