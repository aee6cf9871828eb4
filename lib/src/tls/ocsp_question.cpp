#include "tls/ocsp_question.hpp"

#include "base/ascii.hpp"
#include "base/host_port.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include <fmt/format.h>

#include <openssl/crypto.h>
#include <openssl/http.h>
#include <openssl/ocsp.h>

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

} // namespace asio_chat::tls
