#include <asio_chat/tls/certificate_info.hpp>

#include "base/clock.hpp"
#include "scratch.hpp"

#include "support/catch.hpp"

#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <algorithm>

using namespace asio_chat::tls;
using namespace asio_chat::tls::test;

TEST_CASE("A20: a certificate is described", "[tls][A20]") {
  const auto ca = make_ca();
  const auto server = make_server(ca);
  const certificate_info info = describe(server.certificate.get());
  CHECK(info.subject == "CN=localhost");
  CHECK(info.common_name == "localhost");
  CHECK(info.issuer == "CN=test CA");
  CHECK(info.dns_names == std::vector<std::string>{"localhost"});
  CHECK(info.ip_names == std::vector<std::string>{"127.0.0.1", "::1"});
  CHECK(info.key == "EC P-256");
  CHECK(info.signature == "ecdsa-with-SHA256");
  CHECK(info.fingerprint.size() == 32 * 3 - 1);
  CHECK(info.der_bytes == static_cast<std::size_t>(i2d_X509(server.certificate.get(), nullptr)));
  CHECK(info.not_after - info.not_before == std::chrono::days(365));
  CHECK_FALSE(info.self_issued);
  CHECK_FALSE(info.ca);

  const certificate_info of_ca = describe(ca.certificate.get());
  CHECK(of_ca.self_issued);
  CHECK(of_ca.ca);
}

TEST_CASE("A20: the table has a line for each field and says what has expired", "[tls][A20]") {
  const auto old = x509::issue(expired(server_request())).value();
  const std::string text = to_text(describe(old.certificate.get()));
  for (const char* part : {"Subject      CN=localhost\n", "(EXPIRED)", "DNS names    localhost\n",
                           "Pin          sha256/", "DER size     "}) {
    CAPTURE(part);
    CHECK(text.find(part) != std::string::npos);
  }
}

TEST_CASE("A20: the days that are left are whole ones", "[tls][A20]") {
  const auto info = describe(make_self_signed().certificate.get());
  CHECK(days_left(info) == 364);
  CHECK(to_text(info).find("  (364 days left)\n") != std::string::npos);
  const auto old = describe(x509::issue(expired(server_request())).value().certificate.get());
  CHECK(days_left(old) == -6);
  certificate_info endless = info;
  endless.not_after = asio_chat::no_end; // more than a count of nanoseconds holds
  CHECK(days_left(endless) > 365L * 7'000);
  CHECK(to_text(endless).find("EXPIRED") == std::string::npos);
}

TEST_CASE("A19, A20: where to ask about revocation is read", "[tls][A19][A20]") {
  const auto made = make_self_signed();
  CHECK(describe(made.certificate.get()).crl_addresses.empty());
  X509V3_CTX context;
  X509V3_set_ctx(&context, nullptr, made.certificate.get(), nullptr, nullptr, 0);
  const auto add = [&](int nid, const char* value) {
    const openssl_ptr<X509_EXTENSION, X509_EXTENSION_free> extension(
        X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    REQUIRE(X509_add_ext(made.certificate.get(), extension.get(), -1) == 1);
  };
  add(NID_crl_distribution_points, "URI:http://a.example/\x1b[2J,URI:http://b.example/");
  add(NID_info_access, "caIssuers;URI:http://c.example/,OCSP;URI:http://d.example/");
  const auto info = describe(made.certificate.get());
  CHECK(info.crl_addresses ==
        std::vector<std::string>{"http://a.example/\\1B[2J", "http://b.example/"});
  CHECK(info.ocsp_addresses == std::vector<std::string>{"http://d.example/"});
  CHECK(to_text(info).find("OCSP at      http://d.example/\n") != std::string::npos);
}

TEST_CASE("D19: control characters in foreign names come out escaped", "[tls][D19]") {
  auto what = server_request();
  what.common_name = "a\x1b[2J\nSubject x\xc3\xa9";
  const auto made = x509::issue(what).value();
  const std::string text = to_text(describe(made.certificate.get()));
  CHECK(text.find("a\\1B[2J\\0ASubject x\\C3\\A9") != std::string::npos);
  const auto printable = [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); };
  CHECK(std::all_of(text.begin(), text.end(), printable));
}
