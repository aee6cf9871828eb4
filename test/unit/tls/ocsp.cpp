#include "tls/ocsp.hpp"

#include "ocsp_responses.hpp"
#include "scratch.hpp"

#include "support/catch.hpp"

using namespace asio_chat;
using namespace asio_chat::tls::test;
namespace x509 = asio_chat::tls::x509;
using namespace std::chrono_literals;
using tls::ocsp_answer;

namespace {

struct ocsp_world {
  x509::identity ca = make_ca();
  x509::identity server = make_server(ca);

  X509* leaf() const { return server.certificate.get(); }
  ocsp_answer read(const std::string& der) const {
    return tls::read_ocsp_answer(der, leaf(), ca.certificate.get());
  }
  ocsp_answer of_ca(const response_request& what = {}) const {
    return read(make_response(leaf(), ca, ca, what));
  }
};

} // namespace

TEST_CASE("A19: a response is read however it names the certificate", "[tls][A19]") {
  const ocsp_world w;
  const std::pair<int, const char*> table[] = {{V_OCSP_CERTSTATUS_GOOD, "good"},
                                               {V_OCSP_CERTSTATUS_REVOKED, "revoked"},
                                               {V_OCSP_CERTSTATUS_UNKNOWN, "unknown"}};
  for (const auto& [status, word] : table) {
    for (const EVP_MD* hash : {EVP_sha1(), EVP_sha256()}) {
      response_request what;
      what.status = status;
      what.name_hash = hash;
      const ocsp_answer answer = w.of_ca(what);
      CHECK(answer.status == word);
      CHECK(answer.holds(system_wall_now()));
      CHECK(answer.is_revoked() == (status == V_OCSP_CERTSTATUS_REVOKED));
    }
  }
}

TEST_CASE("A19: an answer holds in its time, with five minutes for clocks", "[tls][A19]") {
  const ocsp_world w;
  const ocsp_answer answer = w.of_ca();
  CHECK(answer.holds(answer.this_update - 4min));
  CHECK_FALSE(answer.holds(answer.this_update - 6min));
  CHECK(answer.holds(answer.next_update + 4min));
  CHECK_FALSE(answer.holds(answer.next_update + 6min));
  response_request endless;
  endless.left.reset();
  CHECK_FALSE(w.of_ca(endless).holds(system_wall_now()));
}

TEST_CASE("A19: only a response of the issuer or of its delegate counts", "[tls][A19]") {
  const ocsp_world w;
  const auto signed_by = [&](const x509::identity& signer) {
    return w.read(make_response(w.leaf(), w.ca, signer));
  };
  CHECK(signed_by(w.ca).signed_by_ca);
  CHECK_FALSE(signed_by(make_ca()).signed_by_ca); // a CA with the same name and another key
  CHECK_FALSE(signed_by(w.server).signed_by_ca);  // the server's own key has signed
  x509::identity speaker = make_client(w.ca, "speaker");
  CHECK_FALSE(signed_by(speaker).signed_by_ca);
  const int purpose = X509_get_ext_by_NID(speaker.certificate.get(), NID_ext_key_usage, -1);
  X509_EXTENSION_free(X509_delete_ext(speaker.certificate.get(), purpose));
  add_extension(speaker, w.ca, NID_ext_key_usage, "OCSPSigning");
  CHECK(signed_by(speaker).signed_by_ca);
  const auto other = make_ca("another CA");
  add_extension(speaker, other, NID_id_pkix_OCSP_noCheck, "");
  CHECK_FALSE(signed_by(speaker).signed_by_ca); // another CA has signed its certificate
}

TEST_CASE("A19: an answer about another certificate says nothing", "[tls][A19]") {
  const ocsp_world w;
  const auto sister = make_server(w.ca);
  const ocsp_answer answer = w.read(make_response(sister.certificate.get(), w.ca, w.ca));
  CHECK(answer.status == "of another certificate");
  CHECK_FALSE(answer.holds(system_wall_now()));
  const auto without_issuer =
      tls::read_ocsp_answer(make_response(w.leaf(), w.ca, w.ca), w.leaf(), nullptr);
  CHECK(without_issuer.status == "not readable without the CA's certificate");
}

TEST_CASE("A19: no damage makes an answer that holds", "[tls][A19]") {
  const ocsp_world w;
  response_request what;
  what.status = V_OCSP_CERTSTATUS_REVOKED;
  const std::string whole = make_response(w.leaf(), w.ca, w.ca, what);
  const auto now = system_wall_now();
  REQUIRE(w.read(whole).holds(now));
  for (std::size_t length = 0; length < whole.size(); ++length)
    CHECK_FALSE(w.read(whole.substr(0, length)).holds(now));
  // This flips each bit of the signed part. The certificates after it are not needed.
  const std::size_t signed_end = whole.find(std::string("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d", 9));
  REQUIRE(signed_end != std::string::npos);
  for (std::size_t at = signed_end - 80; at < signed_end; ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    CAPTURE(at);
    CHECK_FALSE(w.read(changed).holds(now));
  }
  CHECK(w.read(std::string("\x30\x03\x0a\x01\x03", 5)).status == "trylater");
}

TEST_CASE("A19: the issuer of a certificate is found by name and key", "[tls][A19]") {
  const ocsp_world w;
  // The name is the same, and no key identifier tells the two apart: only the signature does.
  const auto other = make_ca();
  const int identifier =
      X509_get_ext_by_NID(other.certificate.get(), NID_subject_key_identifier, -1);
  X509_EXTENSION_free(X509_delete_ext(other.certificate.get(), identifier));
  REQUIRE(X509_sign(other.certificate.get(), other.key.get(), EVP_sha256()) > 0);
  const tls::certificate_ptr twin(X509_dup(other.certificate.get()));
  REQUIRE(X509_check_issued(twin.get(), w.leaf()) == X509_V_OK);
  const tls::openssl_ptr<STACK_OF(X509), [](STACK_OF(X509) * s) { sk_X509_free(s); }> some(
      sk_X509_new_null());
  CHECK(tls::issuer_among(w.leaf(), nullptr) == nullptr);
  sk_X509_push(some.get(), w.leaf());
  sk_X509_push(some.get(), twin.get());
  CHECK(tls::issuer_among(w.leaf(), some.get()) == nullptr);
  sk_X509_push(some.get(), w.ca.certificate.get());
  CHECK(tls::issuer_among(w.leaf(), some.get()) == w.ca.certificate.get());
}

TEST_CASE("A19: the address of a responder is taken apart", "[tls][A19]") {
  struct row {
    const char* url;
    const char* host;
    const char* port;
    const char* target;
    const char* authority;
  };
  for (const row& r :
       {row{"http://ocsp.example", "ocsp.example", "80", "/", "ocsp.example"},
        row{"http://a.example:8080/x/y", "a.example", "8080", "/x/y", "a.example:8080"},
        row{"http://a.example/x?ca=1", "a.example", "80", "/x?ca=1", "a.example"},
        row{"http://[::1]:81/", "::1", "81", "/", "[::1]:81"}}) {
    CAPTURE(r.url);
    const auto at = tls::parse_responder(r.url).value();
    CHECK(at.host == r.host);
    CHECK(at.port == r.port);
    CHECK(at.target == r.target);
    CHECK(at.authority() == r.authority);
  }
}

TEST_CASE("A19: an invalid address of a responder is a wrong setting", "[tls][A19]") {
  for (const char* url : {"", "http://", "https://a.example/", "a.example", "http://u@a.example/",
                          "http://a.example:x/", "http://a b/", "http://a/\r\nHost: b",
                          "http://a.example/#x", "ftp://a/", "http:///x"}) {
    CAPTURE(url);
    const auto at = tls::parse_responder(url);
    REQUIRE_FALSE(at.has_value());
    CHECK(at.error().code == errc::bad_setting);
  }
}

TEST_CASE("A19: a certificate may name its responder", "[tls][A19]") {
  const auto ca = make_ca();
  auto server = make_server(ca);
  CHECK_FALSE(tls::responder_of(server.certificate.get()).has_value());
  add_extension(server, ca, NID_info_access,
                "caIssuers;URI:http://c.example/,OCSP;URI:ldap://d.example/,"
                "OCSP;URI:http://e.example/o");
  CHECK(tls::responder_of(server.certificate.get()).value().host == "e.example");
}
