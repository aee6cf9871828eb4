// Early data (RFC 8446, 4.2.10) is never accepted, and a client that sends some is not refused.
#include "unit/tls/world.hpp"

#include "support/catch.hpp"
#include "tls/openssl_ptr.hpp"

#include <asio_chat/tls/context.hpp>

#include <openssl/ssl.h>

using namespace asio_chat;
using namespace asio_chat::tls::test;

namespace {

using ssl_context_ptr = tls::openssl_ptr<SSL_CTX, SSL_CTX_free>;
using ticket_ptr = tls::openssl_ptr<SSL_SESSION, SSL_SESSION_free>;

/// A client with a ticket of another server, which allows early data.
struct early_world {
  world w;
  ssl_context_ptr client{SSL_CTX_new(TLS_client_method())};
  ssl_context_ptr other{SSL_CTX_new(TLS_server_method())};
  ticket_ptr ticket;

  early_world() {
    SSL_CTX_use_certificate_file(other.get(), w.files.certificate("server").c_str(),
                                 SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(other.get(), w.files.key("server").c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_set_max_early_data(other.get(), 1 << 20);
    SSL_CTX_set1_groups_list(client.get(), "X25519:P-384");
    pair ends(client.get(), other.get());
    ends.run();
    REQUIRE(ends.server.done());
    ticket.reset(SSL_get1_session(ends.client.ssl()));
    REQUIRE(SSL_SESSION_get_max_early_data(ticket.get()) == 1 << 20);
    SSL_set_shutdown(ends.client.ssl(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  }

  struct outcome {
    bool done;
    bool rejected;
    std::string error;
  };
  outcome meets(const tls_server_config& config, std::size_t early_bytes) {
    const auto server = tls::make_server_context(config).value();
    pair ends(client.get(), server->native_handle());
    SSL_set_session(ends.client.ssl(), ticket.get());
    const std::string early(early_bytes, 'x');
    for (std::size_t sent = 0, n = 0; sent < early.size(); sent += n)
      REQUIRE(SSL_write_early_data(ends.client.ssl(), early.data() + sent, early.size() - sent,
                                   &n) == 1);
    ends.run();
    return {ends.server.done() && ends.client.done(),
            SSL_get_early_data_status(ends.client.ssl()) == SSL_EARLY_DATA_REJECTED,
            ends.server.error() ? ends.server.error().message() : std::string()};
  }
};

} // namespace

TEST_CASE("early data is skipped, and the handshake continues as a full one", "[tls]") {
  early_world e;
  for (const std::size_t bytes : {std::size_t{1}, std::size_t{1000}, std::size_t{16000}}) {
    CAPTURE(bytes);
    const auto m = e.meets(e.w.files.server("server"), bytes);
    CHECK(m.error == "");
    CHECK(m.done);
    CHECK(m.rejected);
  }
}

TEST_CASE("early data is skipped where tickets are on, and after a HelloRetryRequest", "[tls]") {
  early_world e;
  auto config = e.w.files.server("server");
  config.posture.tickets = true;
  CHECK(e.meets(config, 1000).done);
  config.posture.tickets = false;
  config.posture.groups = "P-384";
  const auto retried = e.meets(config, 1000);
  CHECK(retried.error == "");
  CHECK(retried.done);
}

TEST_CASE("no more than a limit of early data is skipped", "[tls]") {
  early_world e;
  const auto m = e.meets(e.w.files.server("server"), 100'000);
  CHECK_FALSE(m.done);
  CHECK(m.error != "");
}
