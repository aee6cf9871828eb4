#include <asio_chat/tls/server_verifier.hpp>

#include "world.hpp"

#include "support/catch.hpp"

#include <asio_chat/tls/context.hpp>

#include <openssl/x509v3.h>

using namespace asio_chat;
using namespace asio_chat::tls::test;
namespace x509 = asio_chat::tls::x509;

namespace {

bool says(const meeting& m, const std::string& part) {
  return m.verdict.has_error() && m.verdict.error().message.find(part) != std::string::npos;
}

/// A server's certificate with a SubjectAltName that our own tools would not make.
x509::identity with_names(const x509::identity& ca, const char* names) {
  auto what = server_request();
  what.ip_names.clear();
  x509::identity made = x509::issue(what, &ca).value();
  X509* certificate = made.certificate.get();
  const int at = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1);
  X509_EXTENSION_free(X509_delete_ext(certificate, at));
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names);
  REQUIRE(X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
  REQUIRE(X509_sign(certificate, ca.key.get(), EVP_sha256()) != 0);
  return made;
}

} // namespace

TEST_CASE("B5, B18: a server of the trusted CA with the right name is accepted", "[tls][B5][B18]") {
  const world w;
  for (const char* host : {"localhost", "LOCALHOST", "localhost.", "127.0.0.1", "::1", "[::1]"}) {
    CAPTURE(host);
    const meeting m = w.met("server", host);
    REQUIRE(m.verdict.has_value());
    CHECK(*m.verdict == "ca-cert.pem");
    CHECK_FALSE(m.client_error);
    CHECK_FALSE(m.server_error);
  }
}

TEST_CASE("B5, B18: a server of another CA is refused", "[tls][B5][B18]") {
  world w;
  w.files.put("other", make_ca("other CA"));
  w.client.ca_file = w.files.certificate("other");
  const meeting m = w.met("server");
  REQUIRE(m.verdict.has_error());
  CHECK(m.verdict.error().code == errc::untrusted_certificate);
  CHECK(says(m, "CN=test CA"));
  CHECK(says(m, "other-cert.pem"));
  CHECK(says(m, m.seen_pin));
  CHECK(m.server_reason == "the client does not trust our certificate (alert: unknown ca)");
}

TEST_CASE("B5: a CA of the same name and another key is not the trusted one", "[tls][B5]") {
  world w;
  w.files.put("twin", make_ca());
  w.client.ca_file = w.files.certificate("twin");
  CHECK(w.met("server").verdict.error().code == errc::untrusted_certificate);
}

TEST_CASE("B5: without CA file or pin the system's store decides, and knows no private CA",
          "[tls][B5]") {
  world w;
  w.client.ca_file.clear();
  const meeting m = w.met("server");
  REQUIRE(m.verdict.has_error());
  CHECK(m.verdict.error().code == errc::untrusted_certificate);
  CHECK(says(m, "the system's store"));
}

TEST_CASE("A22: the common name does not count, the SubjectAltName does", "[tls][A22]") {
  const world w;
  auto what = server_request();
  what.dns_names = {"elsewhere.example"};
  what.ip_names.clear();
  w.files.put("server", x509::issue(what, &w.ca).value());

  const meeting m = w.met("server");
  REQUIRE(m.verdict.has_error());
  CHECK(m.verdict.error().code == errc::host_name_mismatch);
  CHECK(says(m, "elsewhere.example"));
  CHECK(says(m, "common name"));
  CHECK(w.met("server", "elsewhere.example").verdict.has_value());
  CHECK(w.met("server", "127.0.0.1").verdict.error().code == errc::host_name_mismatch);
}

TEST_CASE("A22: without any SubjectAltName the common name does not step in", "[tls][A22]") {
  const world w;
  auto what = server_request();
  what.dns_names.clear();
  what.ip_names.clear();
  w.files.put("server", x509::issue(what, &w.ca).value());
  const meeting m = w.met("server");
  REQUIRE(m.verdict.has_error());
  CHECK(m.verdict.error().code == errc::host_name_mismatch);
  // The certificate has no name to connect by, so only the pin works.
  CHECK(says(m, "names no host"));
  CHECK(says(m, "--pin " + m.seen_pin));
  CHECK_FALSE(says(m, "Connect by one"));
}

TEST_CASE("A22: an address that stands in a certificate as a DNS name is explained", "[tls][A22]") {
  const world w;
  w.files.put("server", with_names(w.ca, "DNS:localhost,DNS:192.0.2.7"));
  const meeting m = w.met("server", "192.0.2.7");
  REQUIRE(m.verdict.has_error());
  CHECK(m.verdict.error().code == errc::host_name_mismatch);
  CHECK(says(m, "192.0.2.7 stands there as a DNS name"));
  CHECK(says(m, "--ip 192.0.2.7"));
  CHECK(w.met("server").verdict.has_value());
}

TEST_CASE("B3: a server that vouches for itself has no CA to be given, but a pin", "[tls][B3]") {
  const world w;
  w.files.put("self", make_self_signed());
  const meeting m = w.met("self");
  REQUIRE(m.verdict.has_error());
  CHECK(m.verdict.error().code == errc::untrusted_certificate);
  CHECK(says(m, "no CA vouches for it"));
  CHECK(says(m, "--pin " + m.seen_pin));
  CHECK_FALSE(says(m, "get its CA's certificate"));
}

TEST_CASE("B5: a wildcard stands for one whole label", "[tls][B5]") {
  const world w;
  auto what = server_request();
  what.dns_names = {"*.chat.example"};
  w.files.put("server", x509::issue(what, &w.ca).value());
  CHECK(w.met("server", "a.chat.example").verdict.has_value());
  CHECK(w.met("server", "chat.example").verdict.has_error());
  CHECK(w.met("server", "a.b.chat.example").verdict.has_error());
}

TEST_CASE("B16: server_name is verified and sent instead of the host", "[tls][B16]") {
  world w;
  w.client.server_name = "localhost";
  CHECK(w.met("server", "192.0.2.1").verdict.has_value());
  w.client.server_name = "elsewhere.example";
  CHECK(w.met("server", "localhost").verdict.error().code == errc::host_name_mismatch);
}

TEST_CASE("B16: SNI is the name, and an address is not sent as one", "[tls][B16]") {
  const world w;
  const auto context = tls::make_client_context(w.client).value();
  const auto sni = [&](const std::string& host) {
    end client(context->native_handle(), false);
    tls::server_verifier verifier(w.client, host);
    verifier.attach(client.ssl()).value();
    const char* name = SSL_get_servername(client.ssl(), TLSEXT_NAMETYPE_host_name);
    return std::string(name != nullptr ? name : "");
  };
  CHECK(sni("chat.example") == "chat.example");
  CHECK(sni("127.0.0.1").empty());
  CHECK(sni("[fe80::1%eth0]").empty());
}

TEST_CASE("B5, B26: a certificate that has expired or is not valid yet is refused",
          "[tls][B5][B26]") {
  const world w;
  w.files.put("old", x509::issue(expired(server_request()), &w.ca).value());
  const meeting old = w.met("old");
  REQUIRE(old.verdict.has_error());
  CHECK(old.verdict.error().code == errc::certificate_expired);
  CHECK(says(old, "has expired"));

  auto what = server_request();
  what.not_before = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) +
                    std::chrono::days(1);
  w.files.put("early", x509::issue(what, &w.ca).value());
  const meeting early = w.met("early");
  REQUIRE(early.verdict.has_error());
  CHECK(early.verdict.error().code == errc::certificate_expired);
  CHECK(says(early, "not valid yet"));
}

TEST_CASE("B5: an expired CA is named as the reason", "[tls][B5]") {
  world w;
  x509::request what;
  what.common_name = "old CA";
  what.for_role = x509::role::ca;
  const auto ca = x509::issue(expired(what)).value();
  w.files.put("ca", ca);
  w.files.put("server", make_server(ca));
  const meeting m = w.met("server");
  REQUIRE(m.verdict.has_error());
  CHECK(m.verdict.error().code == errc::certificate_expired);
  CHECK(says(m, "the CA's certificate"));
}

TEST_CASE("B5: a client's certificate is no server's, though the CA is right", "[tls][B5]") {
  const world w;
  x509::request what = server_request();
  what.for_role = x509::role::client;
  const auto client = x509::issue(what, &w.ca).value();
  const auto server = tls::make_server_context(w.files.server("server")).value();
  SSL_CTX_use_certificate(server->native_handle(), client.certificate.get());
  SSL_CTX_use_PrivateKey(server->native_handle(), client.key.get());
  const auto met = meet(w.client, server->native_handle());
  CHECK(met.verdict.error().code == errc::untrusted_certificate);
}

TEST_CASE("C6: a server is not started with a certificate that no client would take", "[tls][C6]") {
  const world w;
  w.files.put("client", make_client(w.ca));
  const auto made = tls::make_server_context(w.files.server("client"));
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error().message.find("not issued for a server") != std::string::npos);
}

TEST_CASE("B3: a self-signed certificate given as CA file is trusted, another one is not",
          "[tls][B3]") {
  world w;
  w.files.put("self", make_self_signed());
  w.files.put("other", make_self_signed());
  w.client.ca_file = w.files.certificate("self");
  CHECK(w.met("self").verdict.has_value());
  CHECK(w.met("other").verdict.error().code == errc::untrusted_certificate);
  CHECK(w.met("self", "elsewhere.example").verdict.error().code == errc::host_name_mismatch);
}

TEST_CASE("B3: a server's own certificate is an anchor, too, without its CA", "[tls][B3]") {
  world w;
  w.client.ca_file = w.files.certificate("server");
  CHECK(w.met("server").verdict.has_value());
  w.files.put("sister", make_server(w.ca));
  CHECK(w.met("sister").verdict.has_error());
}

TEST_CASE("B4: a CA file may hold several, and so may a directory", "[tls][B4]") {
  world w;
  const auto second = make_ca("second CA");
  w.files.put("second", second);
  w.files.put("server2", make_server(second));
  const std::string both = w.files.read("ca-cert.pem") + w.files.read("second-cert.pem");
  w.client.ca_file = w.files.write("both.pem", both);
  CHECK(w.met("server").verdict.has_value());
  CHECK(w.met("server2").verdict.has_value());

  std::filesystem::create_directory(w.files.path("trusted"));
  w.files.write("trusted/one.pem", w.files.read("ca-cert.pem"));
  w.files.write("trusted/two.crt", w.files.read("second-cert.pem"));
  w.client.ca_file = w.files.path("trusted");
  CHECK(w.met("server").verdict.has_value());
  CHECK(w.met("server2").verdict.has_value());
}

TEST_CASE("B6, B7: skipping the host name still verifies chain and time", "[tls][B6][B7]") {
  world w;
  w.client.insecure_skip_host_name_check = true;
  CHECK(w.met("server", "elsewhere.example").verdict.has_value());

  w.files.put("old", x509::issue(expired(server_request()), &w.ca).value());
  CHECK(w.met("old").verdict.error().code == errc::certificate_expired);
  w.files.put("self", make_self_signed());
  CHECK(w.met("self").verdict.error().code == errc::untrusted_certificate);
}

TEST_CASE("A21: a pin stands for chain and name", "[tls][A21]") {
  world w;
  w.client.ca_file.clear();
  w.files.put("self", make_self_signed());
  const std::string pin = tls::describe_file(w.files.certificate("self")).value().pin;
  w.client.pins = {"sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", pin};
  const meeting m = w.met("self", "elsewhere.example");
  REQUIRE(m.verdict.has_value());
  CHECK(*m.verdict == "pin");
  CHECK(m.seen_pin == pin);
}

TEST_CASE("A21: another key than the pinned one is refused, also of a trusted CA", "[tls][A21]") {
  world w;
  const std::string old_pin = tls::describe_file(w.files.certificate("server")).value().pin;
  w.files.put("server", make_server(w.ca));
  w.client.pins = {old_pin};
  const meeting m = w.met("server");
  REQUIRE(m.verdict.has_error());
  CHECK(m.verdict.error().code == errc::certificate_changed);
  CHECK(says(m, m.seen_pin));
  CHECK(m.server_reason == "the client refuses our certificate (alert: bad certificate)");
}

TEST_CASE("A21: a pinned certificate must be valid now", "[tls][A21]") {
  world w;
  w.files.put("old", x509::issue(expired(server_request()), &w.ca).value());
  w.client.pins = {tls::describe_file(w.files.certificate("old")).value().pin};
  CHECK(w.met("old").verdict.error().code == errc::certificate_expired);
}

TEST_CASE("A21: an invalid pin is a wrong setting", "[tls][A21]") {
  world w;
  const auto context = tls::make_client_context(w.client).value();
  w.client.pins = {"AB:CD:EF"};
  end client(context->native_handle(), false);
  tls::server_verifier verifier(w.client, "localhost");
  const auto attached = verifier.attach(client.ssl());
  REQUIRE(attached.has_error());
  CHECK(attached.error().code == errc::bad_setting);
}

TEST_CASE("B16: an invalid host name is a wrong setting", "[tls][B16]") {
  const world w;
  const auto context = tls::make_client_context(w.client).value();
  for (const auto& host : {std::string(), std::string("b\xc3\xbc"), std::string("a b"),
                           std::string("a\0b", 3), std::string(300, 'a')}) {
    CAPTURE(host);
    end client(context->native_handle(), false);
    tls::server_verifier verifier(w.client, host);
    const auto attached = verifier.attach(client.ssl());
    REQUIRE(attached.has_error());
    CHECK(attached.error().code == errc::bad_setting);
  }
}

TEST_CASE("B5: a handshake in which no certificate was looked at is not trusted", "[tls][B5]") {
  const world w;
  const tls::server_verifier verifier(w.client, "localhost");
  const auto context = tls::make_client_context(w.client).value();
  const end client(context->native_handle(), false);
  CHECK(verifier.outcome(client.ssl(), {}).error().code == errc::no_certificate);
}
