#include "revocation_lists.hpp"

#include "tls/x509/revocation.hpp"
#include "tls/x509/revocation_list.hpp"
#include "tls/x509/signing.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include <openssl/pem.h>

#include <ctime>

namespace asio_chat::tls::test {

std::string make_list(const x509::identity& ca, const list_request& what) {
  const x509::crl_ptr list(X509_CRL_new());
  X509_CRL_set_version(list.get(), X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(ca.certificate.get()));
  const openssl_ptr<ASN1_TIME, ASN1_TIME_free> time(ASN1_TIME_new());
  std::time_t now = std::chrono::system_clock::to_time_t(what.now);
  X509_time_adj(time.get(), what.begins.count(), &now);
  X509_CRL_set1_lastUpdate(list.get(), time.get());
  X509_time_adj(time.get(), what.ends.count(), &now);
  X509_CRL_set1_nextUpdate(list.get(), time.get());
  for (const std::string& serial : what.revoked)
    X509_CRL_add0_revoked(list.get(), x509::make_entry({serial, {}, "keyCompromise"}).release());
  X509_CRL_sort(list.get());
  X509_CRL_sign(list.get(), ca.key.get(), x509::digest_for(ca.key.get()));
  const bio_ptr out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509_CRL(out.get(), list.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string serial_of(const x509::identity& who) {
  return describe(who.certificate.get()).serial;
}

} // namespace asio_chat::tls::test
