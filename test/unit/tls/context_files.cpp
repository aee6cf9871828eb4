// Contexts that are made from faulty files.

#include "world.hpp"

#include "support/catch.hpp"

#include <asio_chat/tls/context.hpp>

#include <openssl/err.h>

using namespace asio_chat;
using namespace asio_chat::tls::test;

namespace {

std::string failure_of(const tls_server_config& config) {
  const auto made = tls::make_server_context(config);
  REQUIRE(made.has_error());
  return made.error().message;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("A12: an encrypted key takes its passphrase", "[tls][A12]") {
  const world w;
  w.files.put("server", make_server(w.ca), "open sesame");
  auto config = w.files.server("server");
  CHECK(has(failure_of(config), "is encrypted, and no passphrase was given for it"));
  config.private_key_passphrase = "wrong";
  CHECK(has(failure_of(config), "the passphrase given does not open it"));
  config.private_key_passphrase = "open sesame";
  CHECK_FALSE(meet(w.client, config).client_error);
}

TEST_CASE("C6: an error of a file says what is wrong, with the file's name", "[tls][C6]") {
  const world w;
  w.files.put("other", make_self_signed());
  auto config = w.files.server("server");

  SECTION("missing") {
    config.certificate_file = w.files.path("absent.pem");
    const std::string message = failure_of(config);
    CHECK(has(message, "absent.pem"));
    CHECK(has(message, "No such file or directory"));
  }
  SECTION("not PEM") {
    config.certificate_file = w.files.write("text.pem", "hello\n");
    CHECK(has(failure_of(config), "holds no certificate: it is not PEM"));
  }
  SECTION("key and certificate swapped") {
    std::swap(config.certificate_file, config.private_key_file);
    CHECK(has(failure_of(config), "holds no certificate: it holds a private key"));
  }
  SECTION("a key of another certificate") {
    config.private_key_file = w.files.key("other");
    CHECK(has(failure_of(config), "they hold different keys"));
  }
  SECTION("the server's certificate is not the first of its file") {
    config.certificate_file =
        w.files.write("chain.pem", w.files.read("ca-cert.pem") + w.files.read("server-cert.pem"));
    CHECK(has(failure_of(config), "begins with another certificate"));
    CHECK(has(failure_of(config), "which is number 2 in it: put it first"));
  }
  SECTION("none given") {
    config.private_key_file.clear();
    CHECK(has(failure_of(config), "needs a certificate file and a private key file"));
  }
  SECTION("a CA file that is empty") {
    config.clients = client_certificates::required;
    config.client_ca_file = w.files.write("empty.pem", "");
    CHECK(has(failure_of(config), "the client CA file"));
    CHECK(has(failure_of(config), "it is empty"));
  }
  SECTION("a CA directory that is empty") {
    config.clients = client_certificates::required;
    std::filesystem::create_directory(w.files.path("none"));
    config.client_ca_file = w.files.path("none");
    CHECK(has(failure_of(config), "is a directory without"));
  }
  SECTION("certificates asked for, and no CA trusted") {
    config.clients = client_certificates::optional;
    CHECK(has(failure_of(config), "no client CA file is given"));
  }
  SECTION("a CA trusted, and no certificates asked for") {
    config.client_ca_file = w.files.certificate("ca");
    CHECK(has(failure_of(config), "clients are not asked for certificates"));
  }
  CHECK(ERR_peek_error() == 0);
}

TEST_CASE("A15: a private key that others may read is refused", "[tls][A15]") {
  const world w;
  auto config = w.files.server("server");
  std::filesystem::permissions(config.private_key_file, std::filesystem::perms{0644});
  CHECK(has(failure_of(config), "chmod 600"));
  CHECK(has(failure_of(config), "mode 0644"));
}

TEST_CASE("B27: a client's files are looked at as well", "[tls][B27]") {
  world w;
  w.client.certificate_file = w.files.certificate("server");
  const auto half = tls::make_client_context(w.client);
  REQUIRE(half.has_error());
  CHECK(half.error().code == errc::bad_setting);

  w.client.certificate_file.clear();
  w.client.ca_file = w.files.path("absent.pem");
  const auto absent = tls::make_client_context(w.client);
  REQUIRE(absent.has_error());
  CHECK(absent.error().code == errc::bad_certificate_file);
  CHECK(has(absent.error().message, "the CA file"));
}
