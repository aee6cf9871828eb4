#include <asio_chat/tls/context.hpp>

#include "world.hpp"

#include "support/catch.hpp"

#include <asio_chat/tls/peer.hpp>

#include <openssl/objects.h>

#include <memory>

using namespace asio_chat;
using namespace asio_chat::tls::test;
namespace x509 = asio_chat::tls::x509;

namespace {

/// A client of plain OpenSSL that checks as little as possible.
std::shared_ptr<SSL_CTX> lax_client() {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), 0);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  return context;
}

} // namespace

TEST_CASE("B9, B10, B11, B31: the posture of both ends", "[tls][B9][B10][B11][B31]") {
  const world w;
  const auto server = tls::make_server_context(w.files.server("server")).value();
  const auto client = tls::make_client_context(w.client).value();
  for (SSL_CTX* context : {server->native_handle(), client->native_handle()}) {
    CHECK(SSL_CTX_get_min_proto_version(context) == TLS1_2_VERSION);
    CHECK(SSL_CTX_get_security_level(context) >= 2);
    const auto options = SSL_CTX_get_options(context);
    CHECK((options & SSL_OP_NO_COMPRESSION) != 0);
    CHECK((options & SSL_OP_NO_RENEGOTIATION) != 0);
    CHECK((options & SSL_OP_NO_TICKET) != 0);
    CHECK((options & SSL_OP_CIPHER_SERVER_PREFERENCE) != 0);
    CHECK((options & SSL_OP_IGNORE_UNEXPECTED_EOF) == 0);
    CHECK((SSL_CTX_get_mode(context) & SSL_MODE_RELEASE_BUFFERS) != 0);
    CHECK(SSL_CTX_get_session_cache_mode(context) == SSL_SESS_CACHE_OFF);
    CHECK(SSL_CTX_get_max_early_data(context) == 0);

    const STACK_OF(SSL_CIPHER)* suites = SSL_CTX_get_ciphers(context);
    REQUIRE(sk_SSL_CIPHER_num(suites) > 0);
    CHECK(std::string(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(suites, 0))) ==
          "TLS_AES_128_GCM_SHA256");
    for (int i = 0; i < sk_SSL_CIPHER_num(suites); ++i) {
      const SSL_CIPHER* suite = sk_SSL_CIPHER_value(suites, i);
      CAPTURE(SSL_CIPHER_get_name(suite));
      CHECK(SSL_CIPHER_is_aead(suite) == 1);
      CHECK(SSL_CIPHER_get_auth_nid(suite) != NID_auth_null);
      const int key_agreement = SSL_CIPHER_get_kx_nid(suite);
      CHECK((key_agreement == NID_kx_any || key_agreement == NID_kx_ecdhe ||
             key_agreement == NID_kx_dhe));
    }
  }
  CHECK(SSL_CTX_get_num_tickets(server->native_handle()) == 0);
}

TEST_CASE("B9: TLS 1.0 and 1.1 are refused, 1.2 and 1.3 are spoken", "[tls][B9]") {
  const world w;
  const auto server = tls::make_server_context(w.files.server("server")).value();
  const auto lax = lax_client();
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION}) {
    CAPTURE(version);
    SSL_CTX_set_min_proto_version(lax.get(), version);
    SSL_CTX_set_max_proto_version(lax.get(), version);
    pair ends(lax.get(), server->native_handle());
    ends.run();
    CHECK(ends.server.done() == (version >= TLS1_2_VERSION));
    if (!ends.server.done())
      CHECK(tls::handshake_failure_reason(ends.server.error(), ends.server.ssl()) ==
            "no shared TLS version");
    else
      CHECK(tls::describe_session(ends.server.ssl()).version ==
            (version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3"));
  }
}

TEST_CASE("B12: a client of excluded suites only is refused", "[tls][B12]") {
  const world w;
  const auto server = tls::make_server_context(w.files.server("server")).value();
  const auto lax = lax_client();
  SSL_CTX_set_max_proto_version(lax.get(), TLS1_2_VERSION);
  for (const char* suites :
       {"ECDHE-ECDSA-AES128-SHA256", "AES128-GCM-SHA256", "ECDHE+AES:!AESGCM"}) {
    CAPTURE(suites);
    REQUIRE(SSL_CTX_set_cipher_list(lax.get(), suites) == 1);
    pair ends(lax.get(), server->native_handle());
    ends.run();
    CHECK_FALSE(ends.server.done());
    CHECK(tls::handshake_failure_reason(ends.server.error(), ends.server.ssl()) ==
          "no shared cipher suite");
  }
}

TEST_CASE("B11: the server's preference wins", "[tls][B11]") {
  const world w;
  const auto server = tls::make_server_context(w.files.server("server")).value();
  const auto lax = lax_client();
  SSL_CTX_set_ciphersuites(lax.get(), "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384:"
                                      "TLS_AES_128_GCM_SHA256");
  pair ends(lax.get(), server->native_handle());
  ends.run();
  CHECK(tls::describe_session(ends.server.ssl()).cipher_suite == "TLS_AES_128_GCM_SHA256");
}

TEST_CASE("B1, A19: no session is resumed, so every certificate is looked at", "[tls][B1][A19]") {
  const world w;
  w.files.put("alice", make_client(w.ca));
  const auto server = tls::make_server_context(w.asking(client_certificates::required)).value();
  const auto client = tls::make_client_context(w.as("alice")).value();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CAPTURE(version);
    SSL_CTX_set_max_proto_version(client->native_handle(), version);
    pair first(client->native_handle(), server->native_handle());
    first.run();
    REQUIRE(first.server.done());
    SSL_SESSION* session = SSL_get_session(first.client.ssl());
    CHECK(SSL_SESSION_has_ticket(session) == 0);

    pair second(client->native_handle(), server->native_handle());
    SSL_set_session(second.client.ssl(), session);
    second.run();
    CHECK(second.server.done());
    CHECK(SSL_session_reused(second.client.ssl()) == 0);
  }
}

TEST_CASE("ALPN: the native protocol is chosen, none is accepted, another one is refused",
          "[tls]") {
  const world w;
  const meeting native = meet(w.client, w.files.server("server"));
  CHECK(native.client_view.alpn == "asio-chat/2");
  CHECK(native.server_view.alpn == "asio-chat/2");
  auto older = w.client;
  older.alpn = {native_alpn};
  CHECK(meet(older, w.files.server("server")).client_view.alpn == "asio-chat/1");

  const auto server = tls::make_server_context(w.files.server("server")).value();
  const auto lax = lax_client();
  pair none(lax.get(), server->native_handle());
  none.run();
  CHECK(none.server.done());

  const unsigned char strange[] = "\x02h2\x08http/1.1";
  SSL_CTX_set_alpn_protos(lax.get(), strange, sizeof strange - 1);
  pair refused(lax.get(), server->native_handle());
  refused.run();
  CHECK_FALSE(refused.server.done());
  CHECK(tls::handshake_failure_reason(refused.server.error(), refused.server.ssl()) ==
        "the client offers none of our protocols (ALPN)");
}

TEST_CASE("ALPN: another protocol than the chat's, or none", "[tls]") {
  const world w;
  auto server = w.files.server("server");
  auto client = w.client;
  client.alpn = {"echo/1"};
  server.alpn = client.alpn;
  CHECK(meet(client, server).server_view.alpn == "echo/1");

  // A server of another protocol than the chat's, and the other way round.
  server.alpn.clear();
  CHECK(meet(w.client, server).server_view.alpn.empty());
  client.alpn.clear();
  const meeting silent = meet(client, w.files.server("server"));
  CHECK_FALSE(silent.server_error);
  CHECK(silent.client_view.alpn.empty());

  client.alpn = {std::string(256, 'x')};
  server.alpn = client.alpn;
  for (const failure& why :
       {tls::make_server_context(server).error(), tls::make_client_context(client).error()}) {
    CHECK(why.code == errc::bad_setting);
    CHECK(why.message == "an ALPN name has 1 to 255 bytes, not 256");
  }
}

TEST_CASE("ALPN: the name outlives the context's maker", "[tls]") {
  const world w;
  auto config = w.files.server("server");
  config.alpn = {"a name that is too long for the small string optimization"};
  auto client_config = w.client;
  client_config.alpn = config.alpn;
  const auto client = tls::make_client_context(client_config).value();
  auto server = tls::make_server_context(config).value();
  pair ends(client->native_handle(), server->native_handle());
  server.reset();
  config.alpn.front().assign(config.alpn.front().size(), '?');
  ends.run();
  CHECK(tls::describe_session(ends.client.ssl()).alpn == client_config.alpn.front());
}

TEST_CASE("B30: a handshake of one byte at a time completes", "[tls][B30]") {
  const world w;
  const auto server = tls::make_server_context(w.files.server("server")).value();
  const auto client = tls::make_client_context(w.client).value();
  pair ends(client->native_handle(), server->native_handle());
  ends.run(1);
  CHECK(ends.client.done());
  CHECK(ends.server.done());
}

TEST_CASE("B1: client certificates required", "[tls][B1]") {
  const world w;
  w.files.put("alice", make_client(w.ca));
  const auto server = w.asking(client_certificates::required);

  const meeting good = meet(w.as("alice"), server);
  CHECK_FALSE(good.server_error);
  CHECK(good.server_view.peer_subject == "CN=alice");

  const meeting none = meet(w.client, server);
  CHECK(none.server_reason == "the client showed no certificate");
  CHECK(none.client_reason == "the server asks for a certificate, and none was shown (alert: "
                              "certificate required)");

  const auto other = make_ca("other CA");
  w.files.put("mallory", make_client(other, "mallory"));
  const meeting unknown = meet(w.as("mallory"), server);
  CHECK(unknown.server_reason ==
        "the client's certificate is not signed by a CA that is trusted here");
  CHECK(unknown.client_error);

  x509::request what;
  what.common_name = "old alice";
  what.for_role = x509::role::client;
  w.files.put("old", x509::issue(expired(what), &w.ca).value());
  CHECK(meet(w.as("old"), server).server_reason == "the client's certificate has expired");

  // A server's certificate is not accepted from a client.
  CHECK(meet(w.as("server"), server).server_reason ==
        "the client's certificate was not made for this end of a connection");
}

TEST_CASE("B1: with optional client certificates none is accepted, and a bad one is refused",
          "[tls][B1]") {
  const world w;
  w.files.put("alice", make_client(w.ca));
  w.files.put("mallory", make_client(make_ca("other CA"), "mallory"));
  const auto server = w.asking(client_certificates::optional);
  CHECK_FALSE(meet(w.client, server).server_error);
  CHECK(meet(w.as("alice"), server).server_view.peer_subject == "CN=alice");
  CHECK(meet(w.as("mallory"), server).server_error);
}

TEST_CASE("B2: a server that asks for none is shown none", "[tls][B2]") {
  const world w;
  w.files.put("alice", make_client(w.ca));
  const meeting m = meet(w.as("alice"), w.files.server("server"));
  CHECK_FALSE(m.server_error);
  CHECK(m.server_view.peer_subject.empty());
}

TEST_CASE("B3, B4: clients are trusted by their own self-signed certificates", "[tls][B3][B4]") {
  const world w;
  w.files.put("ann", make_self_signed("ann"));
  w.files.put("bob", make_self_signed("bob"));
  w.files.put("eve", make_self_signed("eve"));
  auto server = w.files.server("server");
  server.clients = client_certificates::required;
  server.client_ca_file =
      w.files.write("trusted.pem", w.files.read("ann-cert.pem") + w.files.read("bob-cert.pem"));
  CHECK(meet(w.as("ann"), server).server_view.peer_subject == "CN=ann");
  CHECK_FALSE(meet(w.as("bob"), server).server_error);
  CHECK(meet(w.as("eve"), server).server_reason ==
        "the client's certificate is signed by itself and is not among the trusted ones");
}

TEST_CASE("A3: every kind of key works at both ends", "[tls][A3]") {
  const world w;
  for (const auto kind :
       {x509::key_kind::ecdsa_p256, x509::key_kind::rsa, x509::key_kind::ed25519}) {
    auto what = server_request();
    what.kind = kind;
    w.files.put("server", x509::issue(what, &w.ca).value());
    CHECK(meet(w.client, w.files.server("server")).verdict.has_value());
  }
}
