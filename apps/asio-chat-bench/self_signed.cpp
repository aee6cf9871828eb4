#include "self_signed.hpp"

#include "error.hpp"
#include "tls_context.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <sys/stat.h>

namespace asio_chat::bench {

namespace {

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using file_ptr = std::unique_ptr<FILE, freed_by<std::fclose>>;

void require(bool done) {
  if (!done) throw setup_error("cannot make a certificate: " + take_tls_error());
}

file_ptr create(const std::filesystem::path& file) {
  const auto mask = umask(077);
  file_ptr opened(std::fopen(file.c_str(), "wb"));
  umask(mask);
  if (!opened) throw setup_error("cannot write " + file.string());
  return opened;
}

} // namespace

void write_self_signed(const std::filesystem::path& certificate, const std::filesystem::path& key) {
  const std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>> pair(EVP_EC_gen("P-256"));
  const std::unique_ptr<X509, freed_by<X509_free>> cert(X509_new());
  require(pair && cert);
  require(X509_set_version(cert.get(), X509_VERSION_3) == 1);
  require(ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), 1) == 1);
  require(X509_gmtime_adj(X509_getm_notBefore(cert.get()), -60) != nullptr);
  require(X509_gmtime_adj(X509_getm_notAfter(cert.get()), 24 * 3600) != nullptr);
  require(X509_set_pubkey(cert.get(), pair.get()) == 1);
  auto* name = X509_get_subject_name(cert.get());
  require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                     reinterpret_cast<const unsigned char*>("localhost"), -1, -1,
                                     0) == 1);
  require(X509_set_issuer_name(cert.get(), name) == 1);
  const std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION_free>> names(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost"));
  require(names && X509_add_ext(cert.get(), names.get(), -1) == 1);
  require(X509_sign(cert.get(), pair.get(), EVP_sha256()) > 0);

  require(PEM_write_X509(create(certificate).get(), cert.get()) == 1);
  require(PEM_write_PrivateKey(create(key).get(), pair.get(), nullptr, nullptr, 0, nullptr,
                               nullptr) == 1);
}

} // namespace asio_chat::bench
