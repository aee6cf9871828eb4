#include "tls/ocsp.hpp"

#include "base/ascii.hpp"
#include "base/host_port.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/http.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include <algorithm>

namespace asio_chat::tls {

namespace {

using request_ptr = openssl_ptr<OCSP_REQUEST, OCSP_REQUEST_free>;
using id_ptr = openssl_ptr<OCSP_CERTID, OCSP_CERTID_free>;

constexpr std::string_view scheme = "http://";

failure refuse() {
  return fail(errc::bad_setting, "is not the address of an OCSP responder: it is written "
                                 "http://HOST[:PORT][/PATH], or auto for the one that the "
                                 "certificate names");
}

/// Takes what OpenSSL has allocated.
std::string taken(char* text) {
  std::string copy = text != nullptr ? text : "";
  OPENSSL_free(text);
  return copy;
}

using response_ptr = openssl_ptr<OCSP_RESPONSE, OCSP_RESPONSE_free>;
using basic_ptr = openssl_ptr<OCSP_BASICRESP, OCSP_BASICRESP_free>;
using store_ptr = openssl_ptr<X509_STORE, X509_STORE_free>;
using features_ptr = openssl_ptr<TLS_FEATURE, TLS_FEATURE_free>;

constexpr auto clock_difference = std::chrono::minutes(5);
constexpr long status_request = 5; // the number of the TLS extension

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

/// RFC 6960, 4.2.2.2: by the issuer's own key, or by a certificate for it that the issuer made.
/// Only these are in the store, whatever else is trusted for certificates.
bool is_signed_by(OCSP_BASICRESP* basic, X509* issuer) {
  const store_ptr store(X509_STORE_new());
  return store && X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN) == 1 &&
         X509_STORE_add_cert(store.get(), issuer) == 1 &&
         OCSP_basic_verify(basic, nullptr, store.get(), OCSP_NOEXPLICIT) == 1;
}

} // namespace

std::string responder_address::authority() const {
  return port == "80" ? in_brackets(host) : host_port(host, port);
}

result<responder_address> parse_responder(const std::string& url) {
  const error_queue_scope queue;
  if (!std::all_of(url.begin(), url.end(), ascii::is_graphic) ||
      url.compare(0, scheme.size(), scheme) != 0)
    return refuse();
  int tls = 0;
  int number = 0;
  char *user = nullptr, *host = nullptr, *port = nullptr, *path = nullptr, *query = nullptr,
       *fragment = nullptr;
  const bool parsed = OSSL_HTTP_parse_url(url.c_str(), &tls, &user, &host, &port, &number, &path,
                                          &query, &fragment) == 1;
  responder_address at{taken(host), taken(port), taken(path)};
  const std::string users = taken(user), asked = taken(query), rest = taken(fragment);
  if (!parsed || !users.empty() || !rest.empty() || at.host.empty()) return refuse();
  at.host = std::string(without_brackets(at.host));
  if (!asked.empty()) at.target += "?" + asked;
  return at;
}

result<responder_address> responder_of(X509* certificate) {
  const certificate_info info = describe(certificate);
  for (const std::string& url : info.ocsp_addresses)
    if (auto at = parse_responder(url)) return at;
  return fail(errc::bad_setting,
              fmt::format("the certificate '{}' names no OCSP responder that is asked over HTTP: "
                          "give its address, http://HOST[:PORT][/PATH], instead of auto",
                          info.subject));
}

result<std::string> make_ocsp_request(const X509* certificate, const X509* issuer) {
  const error_queue_scope queue;
  const request_ptr request(OCSP_REQUEST_new());
  // SHA-1 is only the name of the certificate here, and the one that every responder knows
  // (RFC 5019, 2.1.1).
  id_ptr id(OCSP_cert_to_id(EVP_sha1(), certificate, issuer));
  if (request && id && OCSP_request_add0_id(request.get(), id.get()) != nullptr) {
    [[maybe_unused]] const OCSP_CERTID* owned_by_the_request = id.release();
    unsigned char* der = nullptr;
    if (const int length = i2d_OCSP_REQUEST(request.get(), &der); length > 0) {
      std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
      OPENSSL_free(der);
      return bytes;
    }
  }
  return fail(errc::bad_certificate_file, "OpenSSL makes no OCSP request of this certificate");
}

std::string ocsp_answer::problem(wall_time now) const {
  if (!about_it) return "it says nothing about this certificate";
  if (!signed_by_ca) return "its signature proves nothing here";
  if (this_update - clock_difference > now || next_update + clock_difference <= now)
    return "it is out of date, or not valid yet";
  return {};
}

ocsp_answer read_ocsp_answer(std::string_view der, X509* certificate, X509* issuer) {
  const error_queue_scope queue;
  ocsp_answer answer;
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  const response_ptr response(d2i_OCSP_RESPONSE(nullptr, &bytes, static_cast<long>(der.size())));
  const int said = response ? OCSP_response_status(response.get()) : -1;
  const basic_ptr basic(
      said == OCSP_RESPONSE_STATUS_SUCCESSFUL ? OCSP_response_get1_basic(response.get()) : nullptr);
  single_answer found;
  if (!response || (said == OCSP_RESPONSE_STATUS_SUCCESSFUL && !basic)) {
    answer.status = "damaged";
  } else if (!basic) {
    answer.status = OCSP_response_status_str(said);
  } else if (issuer == nullptr) {
    answer.status = "not readable without the CA's certificate";
  } else if (!find(basic.get(), certificate, issuer, found)) {
    answer.status = "of another certificate";
  } else {
    answer.about_it = true;
    answer.status = OCSP_cert_status_str(found.status);
    answer.this_update = time_of(found.this_update);
    if (found.next_update != nullptr) answer.next_update = time_of(found.next_update);
    answer.signed_by_ca = is_signed_by(basic.get(), issuer);
  }
  return answer;
}

X509* issuer_among(X509* certificate, const STACK_OF(X509) * candidates) {
  const error_queue_scope queue;
  for (int i = 0; i < sk_X509_num(candidates); ++i) {
    X509* one = sk_X509_value(candidates, i);
    if (X509_check_issued(one, certificate) == X509_V_OK &&
        X509_verify(certificate, X509_get0_pubkey(one)) == 1)
      return one;
  }
  return nullptr;
}

bool must_staple(const X509* certificate) {
  const features_ptr features(
      static_cast<TLS_FEATURE*>(X509_get_ext_d2i(certificate, NID_tlsfeature, nullptr, nullptr)));
  for (int i = 0; features && i < sk_ASN1_INTEGER_num(features.get()); ++i)
    if (ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features.get(), i)) == status_request) return true;
  return false;
}

} // namespace asio_chat::tls
