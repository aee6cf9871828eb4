#include "tls/block_list.hpp"

#include "scratch.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <cctype>

using namespace asio_chat;
using namespace asio_chat::tls::test;
namespace x509 = asio_chat::tls::x509;
using Catch::Matchers::Contains;

namespace {

struct block_world {
  scratch files;
  x509::identity ca = make_ca();
  x509::identity alice = make_client(ca, "alice");
  x509::identity bob = make_client(ca, "bob");
};

} // namespace

TEST_CASE("A19: the block list takes fingerprints in any form, and comments", "[tls][A19]") {
  const block_world w;
  const std::string print = tls::describe(w.alice.certificate.get()).fingerprint;
  std::string plain = print;
  std::erase(plain, ':');
  std::ranges::transform(plain, plain.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const std::string& text :
       {print, plain, print + "  (SHA-256)", "# stolen\n\n  " + print + "  # alice\r\n"}) {
    CAPTURE(text);
    const auto list = tls::block_list::read(w.files.write("block", text + "\n")).value();
    CHECK(list.size() == 1);
    CHECK(list.contains(w.alice.certificate.get()));
    CHECK_FALSE(list.contains(w.bob.certificate.get()));
  }
  CHECK(tls::block_list::read(w.files.write("block", "# nobody\n")).value().size() == 0);
}

TEST_CASE("a line that is no fingerprint is an error with its number", "[tls]") {
  const scratch files;
  const std::string good(64, 'a');
  for (const std::string& bad : {std::string("alice"), good + "a", good.substr(2), good + "0g",
                                 "sha256/" + good, good.substr(1) + ":"}) {
    CAPTURE(bad);
    const auto read = tls::block_list::read(files.write("block", good + "\n" + bad + "\n"));
    REQUIRE_FALSE(read.has_value());
    CHECK_THAT(read.error().message, Contains("line 2"));
  }
  CHECK_FALSE(tls::block_list::read(files.path("none")).has_value());
}

TEST_CASE("A19: a block list that may have been cut off is not taken", "[tls][A19]") {
  const scratch files;
  for (const std::string& text : {std::string(), std::string(64, 'a'), std::string("# x\n#")}) {
    const auto read = tls::block_list::read(files.write("block", text));
    REQUIRE_FALSE(read.has_value());
    CHECK_THAT(read.error().message, Contains("may not be whole"));
  }
}
