#include "tls/file.hpp"

#include "scratch.hpp"

#include "support/catch.hpp"

#include <unistd.h>

using namespace asio_chat;
using namespace asio_chat::tls::test;
using std::filesystem::perms;

TEST_CASE("A15: a secret is read only from a file that is closed to others", "[tls][A15]") {
  const scratch files;
  const auto readable = [&](perms mode) {
    return tls::read_secret_file(files.write("secret", "x", mode), "the private key file")
        .has_value();
  };
  CHECK(readable(perms{0600}));
  CHECK(readable(perms{0400}));
  for (const unsigned mode : {0644u, 0604u, 0660u, 0620u, 0601u, 0666u})
    CHECK_FALSE(readable(perms{mode}));
  CHECK(readable(perms{0640}) ==
        (::geteuid() == 0)); // only a file of root may be readable by its group
}

TEST_CASE("A12: a passphrase is the first line of its file", "[tls][A12]") {
  const scratch files;
  const auto passphrase = [&](const std::string& content) {
    return tls::read_passphrase_file(files.write("pass", content));
  };
  CHECK(passphrase("open sesame\n").value() == "open sesame");
  CHECK(passphrase("open sesame\r\nmore").value() == "open sesame");
  CHECK(passphrase(" spaces count ").value() == " spaces count ");
  CHECK(passphrase("").has_error());
  CHECK(passphrase("\nsecond").has_error());
}

TEST_CASE("a file of a secret is called what is in it", "[tls]") {
  const scratch files;
  const auto why = [&](perms mode, auto... what) {
    return tls::read_passphrase_file(files.write("secret", "\n", mode), what...).error().message;
  };
  CHECK(why(perms{0600}).starts_with("the passphrase file '"));
  CHECK(why(perms{0600}, "password").starts_with("the password file '"));
  CHECK(why(perms{0600}, "password").ends_with("has no password in its first line"));
  CHECK(why(perms{0644}, "password").starts_with("the password file '"));
}
