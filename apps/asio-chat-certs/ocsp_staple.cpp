#include "ocsp_staple.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include <openssl/ocsp.h>

namespace asio_chat::certs {

namespace {

using response_ptr = tls::openssl_ptr<OCSP_RESPONSE, OCSP_RESPONSE_free>;
using basic_ptr = tls::openssl_ptr<OCSP_BASICRESP, OCSP_BASICRESP_free>;
using id_ptr = tls::openssl_ptr<OCSP_CERTID, OCSP_CERTID_free>;

constexpr long clock_difference = 300; // seconds, either way

struct single_answer {
  int status = V_OCSP_CERTSTATUS_UNKNOWN;
  ASN1_GENERALIZEDTIME* this_update = nullptr;
  ASN1_GENERALIZEDTIME* next_update = nullptr;
};

/// Responders name a certificate by hashes of their choice.
bool find(OCSP_BASICRESP* basic, const X509* certificate, const X509* issuer,
          single_answer& found) {
  for (const EVP_MD* hash : {EVP_sha1(), EVP_sha256()}) {
    const id_ptr id(OCSP_cert_to_id(hash, certificate, issuer));
    if (id && OCSP_resp_find_status(basic, id.get(), &found.status, nullptr, nullptr,
                                    &found.this_update, &found.next_update) == 1)
      return true;
  }
  return false;
}

/// The one after it in the verified chain, or else in what was sent.
X509* issuer_of(SSL* ssl, const std::vector<tls::certificate_ptr>& chain) {
  const STACK_OF(X509)* verified = SSL_get0_verified_chain(ssl);
  if (sk_X509_num(verified) > 1) return sk_X509_value(verified, 1);
  return chain.size() > 1 ? chain[1].get() : nullptr;
}

bool signed_rightly(SSL* ssl, OCSP_BASICRESP* basic) {
  return OCSP_basic_verify(basic, SSL_get_peer_cert_chain(ssl),
                           SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl)), 0) == 1;
}

} // namespace

ocsp_staple read_staple(SSL* ssl, const std::vector<tls::certificate_ptr>& chain) {
  const tls::error_queue_scope queue;
  ocsp_staple staple;
  const unsigned char* der = nullptr;
  const long length = SSL_ctrl(ssl, SSL_CTRL_GET_TLSEXT_STATUS_REQ_OCSP_RESP, 0, &der);
  if (length <= 0 || der == nullptr || chain.empty()) return staple;
  staple.given = true;
  const response_ptr response(d2i_OCSP_RESPONSE(nullptr, &der, length));
  const int said = response ? OCSP_response_status(response.get()) : -1;
  const basic_ptr basic(
      said == OCSP_RESPONSE_STATUS_SUCCESSFUL ? OCSP_response_get1_basic(response.get()) : nullptr);
  X509* issuer = issuer_of(ssl, chain);
  single_answer answer;
  if (!response) {
    staple.status = "damaged";
  } else if (!basic) {
    staple.status = OCSP_response_status_str(said);
  } else if (issuer == nullptr) {
    staple.status = "not readable without the CA's certificate";
  } else if (!find(basic.get(), chain.front().get(), issuer, answer)) {
    staple.status = "of another certificate";
  } else {
    staple.status = OCSP_cert_status_str(answer.status);
    staple.this_update = tls::time_of(answer.this_update);
    if (answer.next_update != nullptr) staple.next_update = tls::time_of(answer.next_update);
    if (OCSP_check_validity(answer.this_update, answer.next_update, clock_difference, -1) != 1)
      staple.problem = "it is out of date, or not valid yet";
    else if (!signed_rightly(ssl, basic.get()))
      staple.problem = "its signature proves nothing here";
    staple.verified = staple.problem.empty();
  }
  return staple;
}

} // namespace asio_chat::certs
