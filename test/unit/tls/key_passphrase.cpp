#include "tls/key_passphrase.hpp"

#include "scratch.hpp"

#include "support/catch.hpp"

#include <cstdlib>

using namespace asio_chat;
using namespace asio_chat::tls::test;
using Catch::Matchers::Contains;

namespace {

constexpr const char* variable = "ASIO_CHAT_TEST_KEY_PASSPHRASE";

struct key_world {
  scratch files;
  tls::passphrase_source source{"", "key-passphrase-file", variable};

  key_world() {
    files.put("plain", make_self_signed());
    files.put("secret", make_self_signed(), "open sesame");
    ::unsetenv(variable);
  }
  ~key_world() { ::unsetenv(variable); }
  result<std::string> of(const std::string& key) const {
    return tls::passphrase_of_key(files.key(key), source, tls::prompting::never);
  }
  std::string text_of(const std::string& key) const {
    auto passphrase = of(key);
    return passphrase ? *std::move(passphrase) : passphrase.error().message;
  }
};

} // namespace

TEST_CASE("A12: the passphrase of a key comes from a file, else the environment", "[tls][A12]") {
  key_world w;
  ::setenv(variable, "of the environment", 1);
  CHECK(w.text_of("secret") == "of the environment");
  w.source.known = "typed";
  CHECK(w.text_of("secret") == "typed");
  w.source.file = w.files.write("passphrase", "of the file\n");
  CHECK(w.text_of("secret") == "of the file");
}

TEST_CASE("A12: without a passphrase all three ways and the key are named", "[tls][A12]") {
  const key_world w;
  const auto missing = w.of("secret");
  REQUIRE(missing.has_error());
  CHECK(missing.error().code == errc::bad_setting);
  for (const char* part : {"secret-key.pem' is encrypted", "key-passphrase-file FILE",
                           "environment variable ASIO_CHAT_TEST_KEY_PASSPHRASE", "at a terminal"})
    CHECK_THAT(missing.error().message, Contains(part));
}

TEST_CASE("A12: a key that is not encrypted takes none", "[tls][A12]") {
  key_world w;
  ::setenv(variable, "of the environment", 1);
  CHECK(w.text_of("plain").empty());
}

TEST_CASE("a key that cannot be read is reported as such, not as encrypted", "[tls]") {
  const key_world w;
  w.files.write("open", "x", std::filesystem::perms{0644});
  const auto refused =
      tls::passphrase_of_key(w.files.path("open"), w.source, tls::prompting::never);
  REQUIRE(refused.has_error());
  CHECK_THAT(refused.error().message, Contains("chmod 600"));
}
