#include "tls/ocsp_question.hpp"

#include "ocsp_responses.hpp"
#include "scratch.hpp"

#include "support/catch.hpp"

using namespace asio_chat;
using namespace asio_chat::tls::test;

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
