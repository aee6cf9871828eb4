#include "tls/x509/development.hpp"

#include "../handshake.hpp"
#include "../scratch.hpp"

#include "support/catch.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include <filesystem>

using namespace asio_chat;
using namespace asio_chat::tls;
using namespace asio_chat::tls::test;

namespace {

void put_server(const scratch& files, const x509::request& what) {
  const auto ca = x509::load(files.certificate("dev/ca"), files.key("dev/ca")).value();
  files.put("dev/server", x509::issue(what, &ca).value());
}

} // namespace

TEST_CASE("A18: development files are made once and then kept", "[tls][A18]") {
  const scratch files;
  const auto made = x509::ensure_development_files(files.path("dev")).value();
  CHECK(made.made_now);
  const std::string before = files.read("dev/server-cert.pem");

  const auto again = x509::ensure_development_files(files.path("dev")).value();
  CHECK_FALSE(again.made_now);
  CHECK(files.read("dev/server-cert.pem") == before);

  tls_client_config client;
  client.ca_file = made.ca_certificate;
  for (const char* host : {"localhost", "127.0.0.1", "::1"})
    CHECK(meet(client, files.server("dev/server"), host).verdict.has_value());
}

TEST_CASE("A18: a server certificate that is over is renewed under the same CA", "[tls][A18]") {
  const scratch files;
  (void)x509::ensure_development_files(files.path("dev")).value();
  const std::string ca = files.read("dev/ca-cert.pem");
  for (auto what : {expired(server_request()), server_request()}) {
    if (!what.not_before) what.days = 1; // ends within a day
    put_server(files, what);
    const auto kept = x509::ensure_development_files(files.path("dev")).value();
    CHECK_FALSE(kept.made_now);
    const auto info = describe_file(kept.server_certificate).value();
    CHECK(info.not_after > std::chrono::system_clock::now() + std::chrono::days(300));
    CHECK(files.read("dev/ca-cert.pem") == ca);
  }
}

TEST_CASE("A18: the CA's key may be kept elsewhere while nothing is to be issued", "[tls][A18]") {
  const scratch files;
  (void)x509::ensure_development_files(files.path("dev")).value();
  std::filesystem::remove(files.key("dev/ca"));
  CHECK(x509::ensure_development_files(files.path("dev")).has_value());
}

TEST_CASE(
    "a key alone, as a start that was killed leaves it, does not keep the next one from starting",
    "[tls]") {
  const scratch files;
  (void)x509::ensure_development_files(files.path("dev")).value();
  SECTION("of the CA, before anything else") {
    for (const char* gone : {"dev/ca-cert.pem", "dev/server-cert.pem", "dev/server-key.pem"})
      std::filesystem::remove(files.path(gone));
    CHECK_FALSE(x509::check_development_files(files.path("dev")).value().has_value());
    CHECK(x509::ensure_development_files(files.path("dev")).value().made_now);
    CHECK(std::filesystem::exists(files.path("dev/ca-key.pem.old")));
  }
  SECTION("of the server") {
    std::filesystem::remove(files.path("dev/server-cert.pem"));
    CHECK_FALSE(x509::check_development_files(files.path("dev")).value().has_value());
    CHECK(x509::ensure_development_files(files.path("dev")).value().made_now);
    CHECK(std::filesystem::exists(files.path("dev/server-key.pem.old")));
    CHECK_FALSE(std::filesystem::exists(files.path("dev/ca-key.pem.old")));
  }
  SECTION("but not where a certificate shows that a CA is missing") {
    std::filesystem::remove(files.path("dev/ca-cert.pem"));
    CHECK(x509::ensure_development_files(files.path("dev")).has_error());
    CHECK_FALSE(std::filesystem::exists(files.path("dev/ca-key.pem.old")));
  }
  CHECK_FALSE(std::filesystem::exists(files.path("dev/server-cert.pem.old")));
}

TEST_CASE("A18: a set that does not belong together is refused, not repaired", "[tls][A18]") {
  const scratch files;
  (void)x509::ensure_development_files(files.path("dev")).value();
  SECTION("half a pair") {
    std::filesystem::remove(files.key("dev/server"));
    const auto r = x509::ensure_development_files(files.path("dev"));
    REQUIRE(r.has_error());
    CHECK(r.error().message.find("server-key.pem' is missing") != std::string::npos);
  }
  SECTION("another CA") {
    files.put("dev/ca", make_ca());
    const auto r = x509::ensure_development_files(files.path("dev"));
    REQUIRE(r.has_error());
    CHECK(r.error().message.find("was not issued by") != std::string::npos);
  }
  SECTION("a server without its CA") {
    std::filesystem::remove(files.certificate("dev/ca"));
    std::filesystem::remove(files.key("dev/ca"));
    CHECK(x509::ensure_development_files(files.path("dev")).has_error());
  }
}

TEST_CASE("checking development files makes none and finds what a start would find", "[tls]") {
  const scratch files;
  const auto look = [&] { return x509::check_development_files(files.path("dev")); };
  CHECK_FALSE(look().value());
  CHECK_FALSE(std::filesystem::exists(files.path("dev")));
  const auto made = x509::ensure_development_files(files.path("dev")).value();
  CHECK(look().value()->server_certificate == made.server_certificate);
  put_server(files, expired(server_request()));
  CHECK_FALSE(look().value()); // it would be renewed
  std::filesystem::remove(made.server_key);
  CHECK(look().error().message ==
        x509::ensure_development_files(files.path("dev")).error().message);
}
