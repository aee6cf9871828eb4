#include "tls/x509/issue.hpp"

#include "../scratch.hpp"

#include "support/catch.hpp"

#include <sys/stat.h>

using namespace asio_chat;
using namespace asio_chat::tls;
using namespace asio_chat::tls::test;

namespace {

unsigned mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

std::size_t files_in(const scratch& files) {
  std::size_t n = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(files.path("")))
    ++n;
  return n;
}

} // namespace

TEST_CASE("A4, A11, A15: the files hold what they should and are closed to others",
          "[tls][A4][A11][A15]") {
  const scratch files;
  const auto made = make_self_signed();
  REQUIRE(x509::save(made, files.path("a.crt"), files.path("a.key")).has_value());
  CHECK(mode_of(files.path("a.key")) == 0600);
  CHECK(mode_of(files.path("a.crt")) == 0644);
  CHECK(files.read("a.key").starts_with("-----BEGIN PRIVATE KEY-----\n"));
  CHECK(files.read("a.crt").starts_with("-----BEGIN CERTIFICATE-----\n"));
  CHECK(files.read("a.crt").find("PRIVATE") == std::string::npos);
  CHECK(files_in(files) == 2);

  const auto loaded = x509::load(files.path("a.crt"), files.path("a.key")).value();
  CHECK(X509_cmp(loaded.certificate.get(), made.certificate.get()) == 0);
  CHECK(EVP_PKEY_eq(loaded.key.get(), made.key.get()) == 1);
}

TEST_CASE("A12: an encrypted key opens by its passphrase only", "[tls][A12]") {
  const scratch files;
  x509::save_options options;
  options.passphrase = "open sesame";
  REQUIRE(x509::save(make_self_signed(), files.path("a.crt"), files.path("a.key"), options)
              .has_value());
  CHECK(files.read("a.key").starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
  CHECK(x509::load(files.path("a.crt"), files.path("a.key"), "open sesame").has_value());
  CHECK(x509::load(files.path("a.crt"), files.path("a.key"), "Open sesame").has_error());
  CHECK(x509::load(files.path("a.crt"), files.path("a.key")).has_error());
}

TEST_CASE("A15: nothing is overwritten without force, and nothing is left half done",
          "[tls][A15]") {
  const scratch files;
  files.write("a.crt", "mine");
  const auto refused = x509::save(make_self_signed(), files.path("a.crt"), files.path("a.key"));
  REQUIRE(refused.has_error());
  CHECK(refused.error().message.find("a.crt") != std::string::npos);
  CHECK(files.read("a.crt") == "mine");
  CHECK(files_in(files) == 1);

  // A dangling link exists, too: following it would write elsewhere.
  std::filesystem::create_symlink(files.path("nowhere"), files.path("b.key"));
  CHECK(x509::save(make_self_signed(), files.path("b.crt"), files.path("b.key")).has_error());

  x509::save_options options;
  options.force = true;
  files.write("a.key", "old", std::filesystem::perms{0644});
  REQUIRE(x509::save(make_self_signed(), files.path("a.crt"), files.path("a.key"), options)
              .has_value());
  CHECK(x509::load(files.path("a.crt"), files.path("a.key")).has_value());
  CHECK(mode_of(files.path("a.key")) == 0600);
}

TEST_CASE("A1: a directory that is not there is named", "[tls][A1]") {
  const scratch files;
  const auto saved = x509::save(make_self_signed(), files.path("no/a.crt"), files.path("no/a.key"));
  REQUIRE(saved.has_error());
  CHECK(saved.error().message.find("No such file or directory") != std::string::npos);
}

TEST_CASE("A15: where one of the two cannot be written, the other one stays as it was",
          "[tls][A15]") {
  const scratch files;
  files.write("a.key", "old");
  std::filesystem::create_directory(files.path("a.crt"));
  x509::save_options options;
  options.force = true;
  CHECK(x509::save(make_self_signed(), files.path("a.crt"), files.path("a.key"), options)
            .has_error());
  CHECK(files.read("a.key") == "old");
  CHECK(files_in(files) == 2);
}
