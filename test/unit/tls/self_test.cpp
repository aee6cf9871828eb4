#include "tls/self_test.hpp"

#include "world.hpp"

#include "support/catch.hpp"

#include <asio_chat/tls/context.hpp>

#include <openssl/ec.h>
#include <openssl/rsa.h>

using namespace asio_chat;
using namespace asio_chat::tls;
using namespace asio_chat::tls::test;

namespace {

/// A self-signed certificate with a key of any kind.
x509::identity with_key(key_ptr key) {
  x509::identity made = make_self_signed();
  made.key = std::move(key);
  REQUIRE(made.key);
  X509* certificate = made.certificate.get();
  REQUIRE(X509_set_pubkey(certificate, made.key.get()) == 1);
  const bool edwards = EVP_PKEY_get_base_id(made.key.get()) == EVP_PKEY_ED448;
  REQUIRE(X509_sign(certificate, made.key.get(), edwards ? nullptr : EVP_sha256()) != 0);
  return made;
}

result<void> tried(key_ptr key) {
  const x509::identity made = with_key(std::move(key));
  return check_signature_works(made.certificate.get(), made.key.get(), "server.pem");
}

} // namespace

TEST_CASE("C6: keys that the other end verifies pass", "[tls][C6]") {
  for (const char* curve : {"P-256", "P-384", "P-521"}) {
    CAPTURE(curve);
    CHECK(tried(key_ptr(EVP_EC_gen(curve))).has_value());
  }
  CHECK(tried(key_ptr(EVP_RSA_gen(2048))).has_value());
  CHECK(tried(key_ptr(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED448"))).has_value());
}

TEST_CASE("C6: a server does not start with a key that no client could verify", "[tls][C6]") {
  const world w;
  for (const char* curve : {"secp256k1", "brainpoolP256r1", "secp224r1"}) {
    CAPTURE(curve);
    w.files.put("server", with_key(key_ptr(EVP_EC_gen(curve))));
    const auto made = make_server_context(w.files.server("server"));
    REQUIRE(made.has_error());
    CHECK(made.error().code == errc::bad_certificate_file);
    CHECK(made.error().message.find("server-cert.pem") != std::string::npos);
    CHECK(made.error().message.find("take RSA of 2048 to 8192 bits") != std::string::npos);
  }
}

TEST_CASE("C6: nor a client, which no server could verify", "[tls][C6]") {
  const world w;
  w.files.put("alice", with_key(key_ptr(EVP_EC_gen("secp256k1"))));
  CHECK(make_client_context(w.as("alice")).error().code == errc::bad_certificate_file);
}
