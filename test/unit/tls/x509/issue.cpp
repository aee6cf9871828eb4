#include "tls/x509/issue.hpp"

#include "../scratch.hpp"

#include "support/catch.hpp"
#include "tls/x509/signing.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include <fmt/format.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/x509v3.h>

#include <set>

using namespace asio_chat;
using namespace asio_chat::tls;
using namespace asio_chat::tls::test;

namespace {

x509::request plain() {
  x509::request what;
  what.common_name = "localhost";
  what.dns_names = {"localhost"};
  what.for_role = x509::role::self_signed;
  return what;
}

std::string refusal(const x509::request& what) {
  const auto made = x509::issue(what);
  REQUIRE(made.has_error());
  CHECK(made.error().code == errc::bad_setting);
  return made.error().message;
}

std::string usage(X509* certificate) {
  const auto flags = X509_get_extended_key_usage(certificate);
  if (flags == UINT32_MAX) return "any";
  std::string text;
  if (flags & XKU_SSL_SERVER) text += "server ";
  if (flags & XKU_SSL_CLIENT) text += "client ";
  return text;
}

} // namespace

TEST_CASE("A3: RSA has the exponent 65537 and the size asked for", "[tls][A3]") {
  auto what = plain();
  what.kind = x509::key_kind::rsa;
  what.rsa_bits = 3072;
  const auto made = x509::issue(what).value();
  CHECK(EVP_PKEY_get_bits(made.key.get()) == 3072);
  BIGNUM* exponent = nullptr;
  REQUIRE(EVP_PKEY_get_bn_param(made.key.get(), OSSL_PKEY_PARAM_RSA_E, &exponent) == 1);
  CHECK(BN_get_word(exponent) == 65537);
  BN_free(exponent);

  what.rsa_bits = 1024;
  CHECK(refusal(what).find("2048") != std::string::npos);
}

TEST_CASE("A4: the certificate's key is the private key's", "[tls][A4]") {
  for (const auto kind :
       {x509::key_kind::ecdsa_p256, x509::key_kind::rsa, x509::key_kind::ed25519}) {
    auto what = plain();
    what.kind = kind;
    const auto made = x509::issue(what).value();
    CHECK(EVP_PKEY_eq(X509_get0_pubkey(made.certificate.get()), made.key.get()) == 1);
  }
}

TEST_CASE("A6: self-signed: issuer is subject, and the signature verifies under its own key",
          "[tls][A6]") {
  const auto made = x509::issue(plain()).value();
  X509* certificate = made.certificate.get();
  CHECK(X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) == 0);
  CHECK(X509_verify(certificate, X509_get0_pubkey(certificate)) == 1);
}

TEST_CASE("A7: the SubjectAltName is there and not critical", "[tls][A7]") {
  auto what = plain();
  what.ip_names = {"127.0.0.1", "::1"};
  const auto made = x509::issue(what).value();
  const int at = X509_get_ext_by_NID(made.certificate.get(), NID_subject_alt_name, -1);
  REQUIRE(at >= 0);
  CHECK(X509_EXTENSION_get_critical(X509_get_ext(made.certificate.get(), at)) == 0);
  const auto info = describe(made.certificate.get());
  CHECK(info.dns_names == what.dns_names);
  CHECK(info.ip_names == what.ip_names);
}

TEST_CASE("A8: serial numbers are positive, long, and never the same", "[tls][A8]") {
  std::set<std::string> seen;
  int longest = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto made = x509::issue(plain()).value();
    const openssl_ptr<BIGNUM, BN_free> number(
        ASN1_INTEGER_to_BN(X509_get0_serialNumber(made.certificate.get()), nullptr));
    REQUIRE(BN_is_negative(number.get()) == 0);
    longest = std::max(longest, BN_num_bits(number.get()));
    seen.insert(describe(made.certificate.get()).serial);
  }
  CHECK(seen.size() == 1000);
  CHECK(longest == 128);
}

TEST_CASE("A9: valid from five minutes ago, for the days asked for", "[tls][A9]") {
  const auto before = x509::time_of_signing();
  const auto year = describe(x509::issue(plain()).value().certificate.get());
  const auto after = std::chrono::system_clock::now();
  CHECK(year.not_before >= before);
  CHECK(year.not_before <= after - std::chrono::minutes(5));
  CHECK(year.not_after - year.not_before == std::chrono::days(365));

  auto what = plain();
  what.days = 7;
  const auto week = describe(x509::issue(what).value().certificate.get());
  CHECK(week.not_after - week.not_before == std::chrono::days(7));
  for (const int days : {0, -1, 1'000'000}) {
    what.days = days;
    CHECK(refusal(what).find("days") != std::string::npos);
  }
}

TEST_CASE("A10: signed with SHA-256", "[tls][A10]") {
  auto what = plain();
  CHECK(describe(x509::issue(what).value().certificate.get()).signature == "ecdsa-with-SHA256");
  what.kind = x509::key_kind::rsa;
  CHECK(describe(x509::issue(what).value().certificate.get()).signature == "RSA-SHA256");
}

TEST_CASE("A18: a CA signs servers and clients, each for its own end", "[tls][A18]") {
  const auto ca = make_ca();
  const auto server = make_server(ca);
  const auto client = make_client(ca);
  for (const auto* issued : {&server, &client}) {
    CHECK(X509_check_issued(ca.certificate.get(), issued->certificate.get()) == X509_V_OK);
    CHECK(X509_verify(issued->certificate.get(), ca.key.get()) == 1);
    CHECK((X509_get_extension_flags(issued->certificate.get()) & EXFLAG_CA) == 0);
  }
  CHECK(usage(server.certificate.get()) == "server ");
  CHECK(usage(client.certificate.get()) == "client ");
  CHECK(usage(make_self_signed().certificate.get()) == "server client ");
  CHECK(X509_get_key_usage(ca.certificate.get()) == (KU_KEY_CERT_SIGN | KU_CRL_SIGN));
  CHECK(X509_get_pathlen(ca.certificate.get()) == 0);
}

TEST_CASE("A18: a certificate that is no CA issues nothing, and neither does a CA with another key",
          "[tls][A18]") {
  const auto self = make_self_signed();
  CHECK(x509::issue(server_request(), &self).has_error());
  x509::identity mixed = make_ca();
  mixed.key = make_ca().key;
  CHECK(x509::issue(server_request(), &mixed).has_error());
}

TEST_CASE("A7: names that are none are refused before a key is made", "[tls][A7]") {
  for (const char* name : {"", "a b", "a,DNS:b", "a..b", ".a", "a.", "*", "x*.a", "b\xc3\xbc"}) {
    CAPTURE(name);
    auto what = plain();
    what.dns_names = {name};
    CHECK(refusal(what).find("DNS name") != std::string::npos);
  }
  auto what = plain();
  what.ip_names = {"127.0.0.1,DNS:evil"};
  CHECK(refusal(what).find("IP address") != std::string::npos);
  what = plain();
  what.common_name = std::string(65, 'a');
  CHECK(refusal(what).find("common name") != std::string::npos);
}

TEST_CASE("A7: an address as a DNS name is refused with the way to give it", "[tls][A7]") {
  for (const char* name : {"127.0.0.1", "::1", "[::1]", "fe80::1%lo", "2001:db8::7"}) {
    CAPTURE(name);
    auto what = plain();
    what.dns_names = {"localhost", name};
    CHECK(refusal(what).find("give it with --ip") != std::string::npos);
  }
  auto what = plain();
  what.ip_names = {"localhost"};
  CHECK(refusal(what).find("give a name with --dns") != std::string::npos);
  what.ip_names = {"[fe80::1%lo]"};
  CHECK(refusal(what).find("give 'fe80::1'") != std::string::npos);
}

TEST_CASE("A7: a name that clients read as an IPv4 address is no DNS name", "[tls][A7]") {
  for (const auto& [name, address] : {std::pair{"127.1", "127.0.0.1"},
                                      {"0x7f000001", "127.0.0.1"},
                                      {"0X7f.1", "127.0.0.1"},
                                      {"1.2.3", "1.2.0.3"},
                                      {"1", "0.0.0.1"},
                                      {"0177.0.0.01", "127.0.0.1"}}) {
    CAPTURE(name);
    auto what = plain();
    what.dns_names = {"localhost", name};
    CHECK(refusal(what).find(fmt::format("as the IP address {}: give that with --ip", address)) !=
          std::string::npos);
    what = plain();
    what.ip_names = {name};
    CHECK(refusal(what).find(fmt::format("written out: give '{}'", address)) != std::string::npos);
  }
  for (const char* name : {"1.2.3.4.5", "256.1.1.1", "host.1", "*.7", "host.0x", "a.0xfg.0x1f"}) {
    CAPTURE(name);
    auto what = plain();
    what.dns_names = {name};
    CHECK(refusal(what).find("with --ip") != std::string::npos);
    what = plain();
    what.ip_names = {name};
    CHECK(refusal(what).find("--dns") == std::string::npos);
  }
}

TEST_CASE("A7: an error says what is wrong with a DNS name", "[tls][A7]") {
  for (const auto& [name, part] : {std::pair{"-x", "begins or ends with a hyphen, as '-x' does"},
                                   {"x-.example", "begins or ends with a hyphen, as 'x-' does"},
                                   {"a.-.b", "begins or ends with a hyphen"},
                                   {"a..b", "empty part"},
                                   {".a", "empty part"},
                                   {"a.", "empty part"},
                                   {"", "empty part"},
                                   {"*.", "empty part"},
                                   {"a b.c", "letters, digits, hyphens and dots, and 'a b' is not"},
                                   {"a.*.b", "and '*' is not"},
                                   {"a\x1b[m", "and 'a\\x1b[m' is not"}}) {
    CAPTURE(name);
    auto what = plain();
    what.dns_names = {name};
    CHECK(refusal(what).find(part) != std::string::npos);
  }
  for (const std::string name : {"a--b.x", "1a", "3com", "0x7g", "1.example", "my_host", "*.a1"}) {
    CAPTURE(name);
    auto what = plain();
    what.dns_names = {name};
    CHECK(x509::issue(what).has_value());
  }
}

TEST_CASE("A5: the advice for a common name that is too long is for certificates with DNS names",
          "[tls][A5]") {
  for (const auto role :
       {x509::role::ca, x509::role::server, x509::role::client, x509::role::self_signed}) {
    auto what = plain();
    what.common_name = std::string(65, 'a');
    what.for_role = role;
    const bool of_host = role == x509::role::server || role == x509::role::self_signed;
    CHECK((refusal(what).find("--dns") != std::string::npos) == of_host);
  }
}

TEST_CASE("A7: an international name is refused with its form in ASCII explained", "[tls][A7]") {
  auto what = plain();
  what.dns_names = {"b\xc3\xbc"
                    "cher.example"};
  CHECK(refusal(what).find("`xn--` form") != std::string::npos);
  what.dns_names = {"xn--bcher-kva.example"};
  CHECK(x509::issue(what).has_value());
}

TEST_CASE("A5, A22: a name too long for a common name stands in the SubjectAltName alone",
          "[tls][A5][A22]") {
  const auto ca = make_ca();
  std::string name(60, 'a');
  name.append(".").append(60, 'b').append(".example");
  auto what = server_request();
  what.common_name.clear();
  what.dns_names = {name};
  const auto made = x509::issue(what, &ca).value();
  const auto info = describe(made.certificate.get());
  CHECK(info.subject.empty());
  CHECK(info.dns_names == std::vector{name});
  // RFC 5280, 4.2.1.6 demands it.
  const int at = X509_get_ext_by_NID(made.certificate.get(), NID_subject_alt_name, -1);
  REQUIRE(at >= 0);
  CHECK(X509_EXTENSION_get_critical(X509_get_ext(made.certificate.get(), at)) == 1);

  // A certificate that signs others, or itself, needs a name.
  CHECK(x509::issue(what).has_error());
  what.dns_names.clear();
  what.ip_names.clear();
  CHECK(x509::issue(what, &ca).has_error());
}
