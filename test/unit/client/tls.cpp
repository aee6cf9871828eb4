// What TLS adds to a connection, over loopback.
#include "support/catch.hpp"
#include "tls_world.hpp"

#include <algorithm>

using namespace asio_chat;
using namespace asio_chat::test;
namespace asio = boost::asio;
using asio::ip::tcp;

TEST_CASE("client B15: says what TLS agreed on, and by what the server was verified") {
  tls_world w({answer_politely});
  w.connect();
  REQUIRE_FALSE(w.code);
  CHECK(w.login.tls.version == "TLSv1.3");
  CHECK(w.login.tls.cipher_suite.starts_with("TLS_"));
  CHECK(w.login.tls.alpn == "asio-chat/1");
  CHECK(w.login.tls.verified_by == "ca-cert.pem");
  CHECK(w.chat->server().pin.starts_with("sha256/"));
  CHECK_FALSE(w.chat->server().fingerprint.empty());
}

TEST_CASE("client B5: without trust there is no connection, but the certificate can be seen") {
  tls_world w({answer_politely}, [](client_config& c) { c.tls.ca_file.clear(); });
  w.connect();
  CHECK(w.code == errc::untrusted_certificate);
  const server_certificate& seen = w.chat->server();
  CHECK(seen.pin.starts_with("sha256/"));
  CHECK(seen.issuer != seen.subject);
  CHECK(std::ranges::find(seen.names, "localhost") != seen.names.end());
  CHECK(std::ranges::find(seen.names, "127.0.0.1") != seen.names.end());
  CHECK(seen.valid_from < seen.valid_until);
  CHECK(w.listener.connections.at(0)->requests.empty());
}

TEST_CASE("client B16: the server's name is what is verified") {
  tls_world w({answer_politely}, [](client_config& c) { c.tls.server_name = "elsewhere.example"; });
  w.connect();
  CHECK(w.code == errc::host_name_mismatch);
  CHECK(w.listener.connections.at(0)->requests.empty());
}

TEST_CASE("client D9: a refused connection says host, port and reason") {
  std::uint16_t port = 0;
  tls_world w({answer_politely}, [&](client_config& c) {
    asio::io_context other;
    tcp::acceptor closed(other, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    c.host = "127.0.0.1";
    c.port = port = closed.local_endpoint().port();
  });
  w.connect();
  CHECK(w.code == asio::error::connection_refused);
  CHECK(w.why.message() ==
        "cannot connect to 127.0.0.1:" + std::to_string(port) + ": Connection refused");
}

TEST_CASE("client: says bye over TLS and hears the server out") {
  tls_world w({answer_politely});
  w.connect();
  bool closed = false;
  w.chat->async_close([&](error_code e) { closed = !e; });
  w.until([&] { return closed; }); // without any time passing
  CHECK(w.listener.connections[0]->heard<native::bye>().size() == 1);
}
