#include "tls/x509/renew.hpp"

#include "tls/x509/signing.hpp"
#include <asio_chat/tls/certificate_info.hpp>

#include <fmt/format.h>

#include <openssl/ec.h>
#include <openssl/rsa.h>

#include <array>

namespace asio_chat::tls::x509 {

namespace {

bool has(const X509* certificate, int nid) {
  return X509_get_ext_by_NID(certificate, nid, -1) >= 0;
}

/// Puts a key identifier of now in the place of the one before, or where there was none.
bool replace(X509* certificate, X509* signer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, signer, certificate, nullptr, nullptr, 0);
  int at = X509_get_ext_by_NID(certificate, nid, -1);
  if (at >= 0) X509_EXTENSION_free(X509_delete_ext(certificate, at));
  const auto extension = make_extension(&context, nid, value);
  return extension && X509_add_ext(certificate, extension.get(), at) == 1;
}

/// The only extensions that depend on keys.
bool set_key_identifiers(X509* certificate, X509* signer) {
  const bool foreign = signer != certificate;
  if (has(certificate, NID_subject_key_identifier) &&
      !replace(certificate, signer, NID_subject_key_identifier, "hash"))
    return false;
  const bool named = has(certificate, NID_authority_key_identifier);
  return (!foreign && !named) ||
         replace(certificate, signer, NID_authority_key_identifier, "keyid:always");
}

} // namespace

bool is_self_signed(X509* certificate) {
  const error_queue_scope queue;
  return X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) ==
             0 &&
         X509_verify(certificate, X509_get0_pubkey(certificate)) == 1;
}

result<void> check_issued_by(X509* ca, X509* certificate, const std::string& path) {
  const error_queue_scope queue;
  const bool named =
      X509_NAME_cmp(X509_get_subject_name(ca), X509_get_issuer_name(certificate)) == 0;
  if (named && X509_verify(certificate, X509_get0_pubkey(ca)) == 1) return {};
  return fail(errc::bad_certificate_file,
              fmt::format("'{}' was not issued by this CA ({}), but by {}{}", path,
                          describe(ca).subject, describe(certificate).issuer,
                          named ? " with another key" : ""));
}

result<key_ptr> make_key_like(const EVP_PKEY* key) {
  const error_queue_scope queue;
  const char* type = EVP_PKEY_get0_type_name(key);
  std::array<char, 80> group{};
  key_ptr made;
  if (EVP_PKEY_is_a(key, "RSA") == 1) {
    made.reset(EVP_RSA_gen(static_cast<unsigned int>(EVP_PKEY_get_bits(key))));
  } else if (EVP_PKEY_is_a(key, "EC") == 1) {
    if (EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) == 1)
      made.reset(EVP_EC_gen(group.data()));
  } else if (type != nullptr) {
    made.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, type));
  }
  if (made) return made;
  return openssl_refused(fmt::format("to make a key of the kind {}", type ? type : "?"));
}

result<certificate_ptr> renew(X509* certificate, EVP_PKEY* key, const identity* issuer, int days) {
  const error_queue_scope queue;
  auto sound = check_days(days, "a certificate");
  if (!sound) return sound.error();
  if (issuer != nullptr) {
    auto able = check_issuer(*issuer);
    if (!able) return able.error();
  }
  certificate_ptr made(X509_dup(certificate));
  if (!made) return openssl_refused("to copy the certificate");
  X509* signer = issuer != nullptr ? issuer->certificate.get() : made.get();
  EVP_PKEY* signing_key = issuer != nullptr ? issuer->key.get() : key;

  const bool filled = X509_set_version(made.get(), X509_VERSION_3) == 1 && set_serial(made.get()) &&
                      set_times(made.get(), time_of_signing().time_since_epoch().count(), days) &&
                      X509_set_issuer_name(made.get(), X509_get_subject_name(signer)) == 1 &&
                      X509_set_pubkey(made.get(), key) == 1 &&
                      set_key_identifiers(made.get(), signer);
  if (!filled) return openssl_refused("to fill in the renewed certificate");
  if (X509_sign(made.get(), signing_key, digest_for(signing_key)) == 0)
    return openssl_refused("to sign the renewed certificate");
  return made;
}

int days_of(X509* certificate) {
  const certificate_info info = describe(certificate);
  return static_cast<int>(
      std::chrono::ceil<std::chrono::days>(info.not_after - info.not_before).count());
}

} // namespace asio_chat::tls::x509
