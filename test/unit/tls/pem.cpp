#include "tls/pem.hpp"

#include "scratch.hpp"

#include "support/catch.hpp"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>

using namespace asio_chat;
using namespace asio_chat::tls;
using namespace asio_chat::tls::test;

namespace {

template <class T>
std::string message_of(const result<T>& r) {
  REQUIRE(r.has_error());
  CHECK(r.error().code == errc::bad_certificate_file);
  CHECK(ERR_peek_error() == 0);
  return r.error().message;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("A17: certificates are read in order, and a key beside them does no harm", "[tls][A17]") {
  const scratch files;
  const auto ca = make_ca();
  files.put("ca", ca);
  files.put("server", make_server(ca));
  const std::string path =
      files.write("chain.pem", files.read("server-key.pem") + files.read("server-cert.pem") +
                                   files.read("ca-cert.pem"));
  const auto chain = tls::read_certificates(path, "the certificate file").value();
  REQUIRE(chain.size() == 2);
  const auto key = tls::read_private_key(path, "").value();
  CHECK(tls::check_pair(chain[0].get(), path, key.get(), path).has_value());
  CHECK(tls::check_pair(chain[1].get(), path, key.get(), path).has_error());
}

TEST_CASE("C6: a damaged certificate is said to be damaged, with its number", "[tls][C6]") {
  const scratch files;
  files.put("a", make_self_signed());
  std::string broken = files.read("a-cert.pem");
  // The first bytes of the DER form: no certificate begins like this.
  broken.replace(broken.find('\n') + 1, 4, "AAAA");
  const std::string path = files.write("two.pem", files.read("a-cert.pem") + broken);
  CHECK(has(message_of(tls::read_certificates(path, "the CA file")),
            "is damaged: its certificate number 2"));
}

TEST_CASE("C6: an error says what a file contains instead", "[tls][C6]") {
  const scratch files;
  files.put("a", make_self_signed());
  const auto certificates = [&](const std::string& content) {
    return message_of(
        tls::read_certificates(files.write("x.pem", content), "the certificate file"));
  };
  CHECK(has(certificates(""), "it is empty"));
  CHECK(has(certificates("\x30\x82"), "it is DER"));
  CHECK(has(certificates("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"
                         "-----END CERTIFICATE REQUEST-----\n"),
            "a CA has yet to sign"));
  CHECK(has(certificates(files.read("a-key.pem")), "it holds a private key"));
  CHECK(has(message_of(tls::read_private_key(files.write("y.pem", files.read("a-cert.pem")), "")),
            "holds no private key: it holds a certificate"));
  CHECK(has(
      message_of(tls::read_private_key(
          files.write("z.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
          "")),
      "is damaged"));
}

TEST_CASE("C6: a directory is not a certificate", "[tls][C6]") {
  const scratch files;
  CHECK(has(message_of(tls::read_certificates(files.path(""), "the certificate file")),
            "cannot be read: Is a directory"));
}

TEST_CASE("A12: an encrypted key is recognised before it is opened", "[tls][A12]") {
  const scratch files;
  files.put("plain", make_self_signed());
  files.put("secret", make_self_signed(), "pass");
  CHECK_FALSE(tls::key_is_encrypted(files.key("plain")).value());
  CHECK(tls::key_is_encrypted(files.key("secret")).value());
}

namespace {

/// Returns what `write` writes.
template <class Write>
std::string written(Write write) {
  const bio_ptr bio(BIO_new(BIO_s_mem()));
  REQUIRE(write(bio.get()) == 1);
  std::string text(BIO_ctrl_pending(bio.get()), '\0');
  BIO_read(bio.get(), text.data(), static_cast<int>(text.size()));
  return text;
}

} // namespace

TEST_CASE("C6: PKCS#12, PKCS#7, DER and TRUSTED are named, with the command that turns them") {
  const scratch files;
  const auto identity = make_self_signed();
  const auto refusal = [&](const std::string& content) {
    return message_of(tls::read_certificates(files.write("x", content), "the certificate file"));
  };
  const openssl_ptr<PKCS12, PKCS12_free> p12(PKCS12_create(
      "", "x", identity.key.get(), identity.certificate.get(), nullptr, 0, 0, 0, 0, 0));
  const std::string as_p12 = written([&](BIO* b) { return i2d_PKCS12_bio(b, p12.get()); });
  CHECK(has(refusal(as_p12), "it is PKCS#12, not PEM (`openssl pkcs12 "));
  CHECK(has(message_of(tls::read_private_key(files.write("key", as_p12), "")),
            "it is PKCS#12, not PEM (`openssl pkcs12 "));

  const openssl_ptr<PKCS7, PKCS7_free> p7(PKCS7_new());
  REQUIRE(PKCS7_set_type(p7.get(), NID_pkcs7_signed) == 1);
  REQUIRE(PKCS7_content_new(p7.get(), NID_pkcs7_data) == 1);
  REQUIRE(PKCS7_add_certificate(p7.get(), identity.certificate.get()) == 1);
  CHECK(has(refusal(written([&](BIO* b) { return PEM_write_bio_PKCS7(b, p7.get()); })),
            "it is PKCS#7 (`openssl pkcs7 -print_certs "));
  CHECK(has(refusal(written([&](BIO* b) { return i2d_PKCS7_bio(b, p7.get()); })),
            "it is PKCS#7, not PEM (`openssl pkcs7 -inform der "));

  X509* certificate = identity.certificate.get();
  CHECK(has(refusal(written([&](BIO* b) { return i2d_X509_bio(b, certificate); })),
            "it is DER, not PEM (`openssl x509 -inform der`"));
  const std::string plain = written([&](BIO* b) { return PEM_write_bio_X509(b, certificate); });
  const std::string trusted =
      written([&](BIO* b) { return PEM_write_bio_X509_AUX(b, certificate); });
  REQUIRE(has(trusted, "BEGIN TRUSTED CERTIFICATE"));
  // It is refused also beside other certificates, where it would be ignored.
  for (const std::string& content : {trusted, plain + trusted, trusted + plain})
    CHECK(has(refusal(content), "holds a TRUSTED CERTIFICATE"));
  CHECK(has(message_of(tls::read_private_key(
                files.write("ssh", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n"
                                   "-----END OPENSSH PRIVATE KEY-----\n"),
                "")),
            "a key in OpenSSH's own form"));
}
