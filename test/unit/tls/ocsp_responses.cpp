#include "ocsp_responses.hpp"

#include "support/catch.hpp"

#include <openssl/x509v3.h>

namespace asio_chat::tls::test {

namespace {

using response_ptr = openssl_ptr<OCSP_RESPONSE, OCSP_RESPONSE_free>;
using basic_ptr = openssl_ptr<OCSP_BASICRESP, OCSP_BASICRESP_free>;
using id_ptr = openssl_ptr<OCSP_CERTID, OCSP_CERTID_free>;
using time_ptr = openssl_ptr<ASN1_TIME, ASN1_TIME_free>;
using extension_ptr = openssl_ptr<X509_EXTENSION, X509_EXTENSION_free>;

time_ptr from_now(std::chrono::seconds time) {
  return time_ptr(X509_gmtime_adj(nullptr, static_cast<long>(time.count())));
}

} // namespace

std::string make_response(const X509* about, const x509::identity& ca, const x509::identity& signer,
                          const response_request& what) {
  const basic_ptr basic(OCSP_BASICRESP_new());
  const id_ptr id(OCSP_cert_to_id(what.name_hash, about, ca.certificate.get()));
  const time_ptr made = from_now(-what.age);
  const time_ptr end = what.left ? from_now(*what.left) : nullptr;
  const bool revoked = what.status == V_OCSP_CERTSTATUS_REVOKED;
  REQUIRE(OCSP_basic_add1_status(basic.get(), id.get(), what.status, OCSP_REVOKED_STATUS_NOSTATUS,
                                 revoked ? made.get() : nullptr, made.get(), end.get()) != nullptr);
  REQUIRE(OCSP_basic_sign(basic.get(), signer.certificate.get(), signer.key.get(), EVP_sha256(),
                          nullptr, 0) == 1);
  const response_ptr response(OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get()));
  unsigned char* der = nullptr;
  const int length = i2d_OCSP_RESPONSE(response.get(), &der);
  REQUIRE(length > 0);
  std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return bytes;
}

void add_extension(x509::identity& to, const x509::identity& ca, int nid, const char* value) {
  const extension_ptr extension(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value));
  REQUIRE(extension);
  REQUIRE(X509_add_ext(to.certificate.get(), extension.get(), -1) == 1);
  REQUIRE(X509_sign(to.certificate.get(), ca.key.get(), EVP_sha256()) > 0);
}

} // namespace asio_chat::tls::test
