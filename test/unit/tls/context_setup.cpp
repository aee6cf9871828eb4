// A certificate that is trusted itself, and the certificates that a server sends after it.
#include "world.hpp"

#include "support/catch.hpp"

#include <asio_chat/tls/context.hpp>

#include <openssl/x509v3.h>

using namespace asio_chat;
using namespace asio_chat::tls::test;
namespace x509 = asio_chat::tls::x509;

namespace {

/// The same CA with an expired certificate.
x509::identity aged(const x509::identity& ca) {
  x509::identity old;
  old.certificate.reset(X509_dup(ca.certificate.get()));
  old.key.reset(EVP_PKEY_dup(ca.key.get()));
  X509_gmtime_adj(X509_getm_notBefore(old.certificate.get()), -20 * 86'400);
  X509_gmtime_adj(X509_getm_notAfter(old.certificate.get()), -10 * 86'400);
  REQUIRE(X509_sign(old.certificate.get(), old.key.get(), EVP_sha256()) != 0);
  return old;
}

/// The CA of a test under another key, without the identifiers that tell the two apart.
x509::identity of_the_same_name() {
  x509::identity twin = make_ca();
  X509* certificate = twin.certificate.get();
  const int at = X509_get_ext_by_NID(certificate, NID_subject_key_identifier, -1);
  X509_EXTENSION_free(X509_delete_ext(certificate, at));
  REQUIRE(X509_sign(certificate, twin.key.get(), EVP_sha256()) != 0);
  return twin;
}

/// Trusts the server's certificate alone.
struct trusting_one : world {
  trusting_one() { client.ca_file = files.certificate("server"); }

  /// Connects the client to a server that sends this after its certificate.
  meeting with_behind(const x509::identity& what) const {
    files.put("behind", what);
    auto server = files.server("server");
    server.certificate_file =
        files.write("chain.pem", files.read("server-cert.pem") + files.read("behind-cert.pem"));
    return meet(client, server);
  }
};

} // namespace

TEST_CASE("B3: a trusted certificate is enough, whatever the server sends behind it", "[tls][B3]") {
  const trusting_one w;
  CHECK(w.with_behind(w.ca).verdict.has_value());
  CHECK(w.with_behind(aged(w.ca)).verdict.has_value());
  CHECK(w.with_behind(of_the_same_name()).verdict.has_value());
  CHECK(w.with_behind(make_self_signed("test CA")).verdict.has_value());
  CHECK(w.with_behind(make_ca("another CA")).verdict.has_value());
}

TEST_CASE("B3: a CA beside the trusted certificate in the CA file may have expired", "[tls][B3]") {
  world w;
  w.files.put("old", aged(w.ca));
  w.client.ca_file =
      w.files.write("both.pem", w.files.read("old-cert.pem") + w.files.read("server-cert.pem"));
  CHECK(w.met("server").verdict.has_value());
  w.client.ca_file = w.files.certificate("old");
  CHECK(w.met("server").verdict.error().code == errc::certificate_expired);
}

TEST_CASE("B3: of a trusted certificate time, name and purpose count all the same", "[tls][B3]") {
  trusting_one w;
  CHECK(w.met("server", "elsewhere.example").verdict.error().code == errc::host_name_mismatch);

  w.files.put("server", x509::issue(expired(server_request()), &w.ca).value());
  CHECK(w.with_behind(w.ca).verdict.error().code == errc::certificate_expired);

  auto what = server_request();
  what.for_role = x509::role::client;
  const auto no_server = x509::issue(what, &w.ca).value();
  w.files.put("no-server", no_server);
  w.client.ca_file = w.files.certificate("no-server");
  const auto context = tls::make_server_context(w.files.server("server")).value();
  SSL_CTX_use_certificate(context->native_handle(), no_server.certificate.get());
  SSL_CTX_use_PrivateKey(context->native_handle(), no_server.key.get());
  CHECK(meet(w.client, context->native_handle()).verdict.error().code ==
        errc::untrusted_certificate);
}

TEST_CASE("B3: certificates behind one that is not trusted do not make it trusted", "[tls][B3]") {
  trusting_one w;
  w.files.put("sister", make_server(w.ca));
  auto server = w.files.server("sister");
  server.certificate_file =
      w.files.write("chain.pem", w.files.read("sister-cert.pem") + w.files.read("server-cert.pem"));
  CHECK(meet(w.client, server).verdict.error().code == errc::untrusted_certificate);
}
