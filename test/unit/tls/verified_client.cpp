#include "tls/verified_client.hpp"

#include "tls/pin.hpp"
#include "world.hpp"

#include "support/catch.hpp"

#include <asio_chat/tls/context.hpp>

#include <optional>

using namespace asio_chat;
using namespace asio_chat::tls;
using namespace asio_chat::tls::test;

namespace {

/// What the server sees of a client; none also where no handshake came about.
std::optional<verified_client> seen(const tls_client_config& client, SSL_CTX* server) {
  const auto context = make_client_context(client).value();
  asio_chat::tls::test::pair both(context->native_handle(), server);
  both.run();
  REQUIRE(both.server.done());
  return verified_client_of(both.server.ssl());
}

} // namespace

TEST_CASE("a client's certificate tells its key and its common name, and a renewed one the same") {
  world w;
  const auto alice = make_client(w.ca, "alice");
  w.files.put("alice", alice);
  const auto server = make_server_context(w.asking(client_certificates::optional)).value();
  const auto client = seen(w.as("alice"), server->native_handle());
  REQUIRE(client);
  CHECK(client->key == key_of(alice.certificate.get()));
  CHECK(client->common_names == std::vector<std::string>{"alice"});
  CHECK_FALSE(seen(w.client, server->native_handle())); // shows none
}

TEST_CASE("a certificate that was let in without being verified proves nothing") {
  world w;
  w.files.put("stranger", make_self_signed("alice"));
  const auto server = make_server_context(w.asking(client_certificates::optional)).value();
  // As a host's own context may do it.
  SSL_CTX_set_verify(server->native_handle(), SSL_VERIFY_PEER,
                     [](int, X509_STORE_CTX*) { return 1; });
  CHECK_FALSE(seen(w.as("stranger"), server->native_handle()));
  w.files.put("alice", make_client(w.ca, "alice"));
  CHECK(seen(w.as("alice"), server->native_handle()));
}
