#include "tls/x509/renew.hpp"

#include "../scratch.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include "support/catch.hpp"

#include <openssl/x509v3.h>

using namespace asio_chat;
using namespace asio_chat::tls;
using namespace asio_chat::tls::test;

namespace {

/// The bytes of an extension.
std::string extension(X509* certificate, int nid) {
  const int at = X509_get_ext_by_NID(certificate, nid, -1);
  if (at < 0) return "none";
  const ASN1_OCTET_STRING* data = X509_EXTENSION_get_data(X509_get_ext(certificate, at));
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(data)),
          static_cast<std::size_t>(ASN1_STRING_length(data))};
}

/// Renews a certificate with its own key for 90 days.
x509::certificate_ptr renewed(const x509::identity& what, const x509::identity* ca) {
  return x509::renew(what.certificate.get(), what.key.get(), ca, 90).value();
}

} // namespace

TEST_CASE("A18: renewed is the same but for number and time", "[tls][A18]") {
  const auto ca = make_ca();
  for (const auto& old : {make_server(ca), make_client(ca)}) {
    const auto made = renewed(old, &ca);
    const auto before = describe(old.certificate.get());
    const auto now = describe(made.get());
    CHECK(now.subject == before.subject);
    CHECK(now.issuer == before.issuer);
    CHECK(now.pin == before.pin);
    CHECK(now.serial != before.serial);
    CHECK(now.not_after - now.not_before == std::chrono::days(90));
    CHECK(now.not_before <= std::chrono::system_clock::now() - std::chrono::minutes(5));
    CHECK(X509_get_ext_count(made.get()) == X509_get_ext_count(old.certificate.get()));
    for (const int nid :
         {NID_subject_alt_name, NID_ext_key_usage, NID_key_usage, NID_basic_constraints,
          NID_subject_key_identifier, NID_authority_key_identifier})
      CHECK(extension(made.get(), nid) == extension(old.certificate.get(), nid));
    CHECK(X509_verify(made.get(), ca.key.get()) == 1);
  }
}

TEST_CASE("A18: with a new key the key's identifier is new, and the pin", "[tls][A18]") {
  const auto ca = make_ca();
  const auto old = make_server(ca);
  const auto key = x509::make_key_like(old.key.get()).value();
  const auto made = x509::renew(old.certificate.get(), key.get(), &ca, 90).value();
  CHECK(EVP_PKEY_eq(X509_get0_pubkey(made.get()), key.get()) == 1);
  CHECK(describe(made.get()).key == "EC P-256");
  CHECK(describe(made.get()).pin != describe(old.certificate.get()).pin);
  CHECK(extension(made.get(), NID_subject_key_identifier) !=
        extension(old.certificate.get(), NID_subject_key_identifier));
  CHECK(X509_check_issued(ca.certificate.get(), made.get()) == X509_V_OK);
}

TEST_CASE("A6: a self-signed certificate renews itself", "[tls][A6]") {
  const auto old = make_self_signed();
  REQUIRE(x509::is_self_signed(old.certificate.get()));
  const auto made = renewed(old, nullptr);
  CHECK(x509::is_self_signed(made.get()));
  CHECK(X509_get_ext_count(made.get()) == X509_get_ext_count(old.certificate.get()));
}

TEST_CASE("A18: certificates of a CA stay valid when the CA is renewed", "[tls][A18]") {
  auto ca = make_ca();
  const auto server = make_server(ca);
  ca.certificate = renewed(ca, nullptr);
  CHECK(X509_check_issued(ca.certificate.get(), server.certificate.get()) == X509_V_OK);
  CHECK(x509::check_issued_by(ca.certificate.get(), server.certificate.get(), "x").has_value());
  CHECK(X509_get_pathlen(ca.certificate.get()) == 0);
}

TEST_CASE("A9: times after 2049 and before are both written", "[tls][A9]") {
  auto what = server_request();
  what.days = 15'000;
  const auto far = x509::issue(what).value();
  CHECK(X509_get0_notAfter(far.certificate.get())->type == V_ASN1_GENERALIZEDTIME);
  const auto near = renewed(far, nullptr);
  CHECK(X509_get0_notAfter(near.get())->type == V_ASN1_UTCTIME);
  const auto again = x509::renew(near.get(), far.key.get(), nullptr, 15'000).value();
  CHECK(X509_get0_notAfter(again.get())->type == V_ASN1_GENERALIZEDTIME);
  CHECK(x509::days_of(again.get()) == 15'000);
  CHECK(x509::renew(near.get(), far.key.get(), nullptr, 0).has_error());
}

TEST_CASE("A18: another CA, also one of the same name, is not taken for the issuer", "[tls][A18]") {
  const auto ca = make_ca();
  const auto server = make_server(ca);
  const auto why = [&](const x509::identity& other) {
    const auto issued =
        x509::check_issued_by(other.certificate.get(), server.certificate.get(), "server.pem");
    REQUIRE(issued.has_error());
    return issued.error().message;
  };
  CHECK(why(make_ca("another CA")) ==
        "'server.pem' was not issued by this CA (CN=another CA), but by CN=test CA");
  CHECK(why(make_ca()).ends_with("by CN=test CA with another key"));
  CHECK_FALSE(x509::is_self_signed(server.certificate.get()));
}

TEST_CASE("A3: a new key is of the kind and size of the old one", "[tls][A3]") {
  for (const auto kind :
       {x509::key_kind::ecdsa_p256, x509::key_kind::rsa, x509::key_kind::ed25519}) {
    auto what = server_request();
    what.kind = kind;
    what.rsa_bits = 3072;
    const auto old = x509::issue(what).value();
    const auto key = x509::make_key_like(old.key.get()).value();
    CHECK(EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_get_base_id(old.key.get()));
    CHECK(EVP_PKEY_get_bits(key.get()) == EVP_PKEY_get_bits(old.key.get()));
    CHECK(EVP_PKEY_eq(key.get(), old.key.get()) != 1);
  }
}

TEST_CASE("A15: replaced files can be kept under another name, the key included", "[tls][A15]") {
  const scratch files;
  const auto ca = make_ca();
  auto old = make_server(ca);
  old.chain.push_back(x509::certificate_ptr(X509_dup(ca.certificate.get())));
  files.put("server", old);
  const std::string certificate = files.read("server-cert.pem");
  const std::string key = files.read("server-key.pem");

  auto loaded = x509::load(files.certificate("server"), files.key("server")).value();
  REQUIRE(loaded.chain.size() == 1);
  loaded.certificate = renewed(loaded, &ca);
  x509::save_options options;
  options.force = true;
  options.keep_old = true;
  REQUIRE(x509::save_certificate(loaded, files.certificate("server"), options).has_value());
  CHECK(files.read("server-cert.pem.old") == certificate);
  CHECK(files.read("server-cert.pem") != certificate);
  CHECK(x509::load(files.certificate("server"), files.key("server")).value().chain.size() == 1);
  CHECK_FALSE(std::filesystem::exists(files.path("server-key.pem.old")));

  REQUIRE(x509::save(make_server(ca), files.certificate("server"), files.key("server"), options)
              .has_value());
  CHECK(files.read("server-key.pem.old") == key);
  CHECK(std::filesystem::status(files.path("server-key.pem.old")).permissions() ==
        std::filesystem::perms{0600});
}
