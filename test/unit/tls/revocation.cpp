#include "tls/revocation.hpp"

#include "unit/tls/revocation_lists.hpp"
#include "unit/tls/world.hpp"

#include <asio_chat/tls/certificate_info.hpp>
#include <asio_chat/tls/context.hpp>

#include "support/catch.hpp"
#include "tls/server_context.hpp"

using namespace asio_chat;
using namespace asio_chat::tls::test;
namespace x509 = asio_chat::tls::x509;
using Catch::Matchers::Contains;

namespace {

struct crl_world : world {
  x509::identity alice = make_client(ca, "alice");
  x509::identity bob = make_client(ca, "bob");

  crl_world() {
    files.put("alice", alice);
    files.put("bob", bob);
  }
  meeting meet_as(const std::string& who, const std::string& crl) const {
    auto server = asking(client_certificates::required);
    server.client_crl_file = crl;
    return meet(as(who), server);
  }
};

} // namespace

TEST_CASE("A19: a client on the list is refused, another one is let in", "[tls][A19]") {
  const crl_world w;
  const auto crl = w.files.write("crl.pem", make_list(w.ca, {.revoked = {serial_of(w.alice)}}));
  const auto refused = w.meet_as("alice", crl);
  CHECK(refused.server_error);
  CHECK_THAT(refused.server_reason, Contains("revoked"));
  CHECK_FALSE(w.meet_as("bob", crl).server_error);
}

TEST_CASE("A19: with a list that is out of date no client is let in", "[tls][A19]") {
  const crl_world w;
  const auto old = w.files.write("old.pem", make_list(w.ca, {.begins = std::chrono::hours(-24),
                                                             .ends = std::chrono::hours(-1)}));
  const auto refused = w.meet_as("bob", old);
  CHECK(refused.server_error);
  CAPTURE(refused.server_reason);
  CHECK_THAT(refused.server_reason, Contains("out of date") || Contains("expired"));
}

TEST_CASE("lists are read from a directory as well, and their end is known", "[tls]") {
  const crl_world w;
  std::filesystem::create_directory(w.files.path("lists"));
  w.files.write("lists/a.crl",
                make_list(w.ca, {.revoked = {serial_of(w.alice)}, .ends = std::chrono::days(10)}));
  w.files.write("lists/b.pem", make_list(make_ca("another CA"), {.ends = std::chrono::days(5)}));
  CHECK(w.meet_as("alice", w.files.path("lists")).server_error);
  CHECK_FALSE(w.meet_as("bob", w.files.path("lists")).server_error);

  auto server = w.asking(client_certificates::required);
  server.client_crl_file = w.files.path("lists");
  const auto now = system_wall_now();
  const auto expirations = tls::server_context::make(server).value()->expirations(now);
  REQUIRE(expirations.size() == 4);
  CHECK(expirations[2].what == "the list of revoked client certificates");
  CHECK(expirations[2].of == "CN=test CA");
  CHECK(expirations[2].time.ends - now > std::chrono::days(9));
  CHECK(expirations[3].of == "CN=another CA");
  CHECK(expirations[3].time.ends - now < std::chrono::days(6));
}

TEST_CASE("an error says what is wrong with a file of lists", "[tls]") {
  const crl_world w;
  const auto refusal = [&](const std::string& path) {
    auto server = w.asking(client_certificates::required);
    server.client_crl_file = path;
    const auto done = tls::make_server_context(server);
    return done ? "taken" : done.error().message;
  };
  CHECK_THAT(refusal(w.files.path("none")), Contains("none"));
  CHECK_THAT(refusal(w.files.write("empty", "")), Contains("holds none"));
  CHECK_THAT(refusal(w.files.certificate("ca")), Contains("holds none"));
  std::string damaged = make_list(w.ca);
  damaged[damaged.size() / 2] = '!';
  CHECK_THAT(refusal(w.files.write("damaged", damaged)), Contains("number 1 cannot be decoded"));
  CHECK_THAT(refusal(w.files.write("other", make_list(make_ca("another CA")))),
             Contains("is not of CN=test CA") && Contains("its list is missing"));
  CHECK_THAT(refusal(w.files.write("namesake", make_list(make_ca()))),
             Contains("its list is missing") && Contains("another key's signature"));
  std::filesystem::create_directory(w.files.path("nothing"));
  CHECK_THAT(refusal(w.files.path("nothing")), Contains("without a *.pem or *.crl"));
}
