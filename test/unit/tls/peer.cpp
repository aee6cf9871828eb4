#include <asio_chat/tls/peer.hpp>

#include "handshake.hpp"
#include "scratch.hpp"

#include "support/catch.hpp"

#include <asio_chat/tls/context.hpp>
#include <asio_chat/tls/server_verifier.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

#include <string>

using namespace asio_chat;
using namespace asio_chat::tls::test;

namespace {

std::string reason_for_bytes(const std::string& bytes) {
  const scratch files;
  files.put("server", make_self_signed());
  const auto context = tls::make_server_context(files.server("server")).value();
  end server(context->native_handle(), true);
  BIO_write(SSL_get_rbio(server.ssl()), bytes.data(), static_cast<int>(bytes.size()));
  server.step();
  REQUIRE(server.error());
  return tls::handshake_failure_reason(server.error(), server.ssl());
}

} // namespace

TEST_CASE("B22: a peer that does not speak TLS is named", "[tls][B22]") {
  CHECK(reason_for_bytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n") == "not TLS: an HTTP request");
  CHECK(reason_for_bytes("CONNECT x:443 HTTP/1.1\r\n\r\n") == "not TLS: an HTTP proxy request");
  CHECK(reason_for_bytes("SSH-2.0-OpenSSH_9.2\r\n") == "not TLS");
}

TEST_CASE("B22: a closed connection is reported as one", "[tls][B22]") {
  namespace asio = boost::asio;
  for (const error_code ec :
       {error_code(asio::ssl::error::stream_truncated), error_code(asio::error::eof),
        error_code(asio::error::connection_reset)})
    CHECK(tls::handshake_failure_reason(ec, nullptr) == "connection closed during the handshake");
}

TEST_CASE("B14, B15: version, suite and peer are described at both ends", "[tls][B14][B15]") {
  const scratch files;
  files.put("server", make_self_signed());
  tls_client_config client;
  client.ca_file = files.certificate("server");
  const meeting m = meet(client, files.server("server"));
  CHECK(m.client_view.version == "TLSv1.3");
  CHECK(m.client_view.cipher_suite == "TLS_AES_128_GCM_SHA256");
  CHECK(m.client_view.peer_subject == "CN=localhost");
  CHECK(m.server_view.cipher_suite == m.client_view.cipher_suite);
  CHECK(m.server_view.peer_subject.empty());
}

TEST_CASE("C20: the reason for a broken connection is named, also after the handshake",
          "[tls][C20]") {
  const scratch files;
  files.put("server", make_self_signed());
  tls_client_config trusting;
  trusting.ca_file = files.certificate("server");
  const auto server = tls::make_server_context(files.server("server")).value();
  const auto client = tls::make_client_context(trusting).value();
  std::string record("\x17\x03\x03\x00\x40", 5); // application data that no key has encrypted
  record.append(64, 'x');
  int version = TLS1_3_VERSION;
  const auto broken_by = [&](const std::string& bytes) {
    SSL_CTX_set_max_proto_version(client->native_handle(), version);
    pair ends(client->native_handle(), server->native_handle());
    tls::server_verifier verifier(trusting, "localhost");
    verifier.attach(ends.client.ssl()).value();
    CHECK_FALSE(tls::has_received(ends.server.ssl()));
    ends.run();
    REQUIRE(ends.server.done());
    CHECK(tls::has_received(ends.server.ssl()));
    BIO_write(SSL_get_rbio(ends.server.ssl()), bytes.data(), static_cast<int>(bytes.size()));
    ends.server.step();
    const std::string here = tls::connection_failure_reason(ends.server.error(), ends.server.ssl());
    ends.run();
    return std::pair(here, tls::connection_failure_reason(ends.client.error(), ends.client.ssl()));
  };
  for (const int each : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    version = each;
    const auto forged = broken_by(record);
    CHECK(forged.first ==
          "a record of the client was changed on its way, or is none (bad record MAC)");
    CHECK(forged.second ==
          "the server got a record that was changed on its way (alert: bad record mac)");
  }
  const auto text = broken_by("GET / HTTP/1.1\r\n\r\n");
  CHECK(text.first == "the client sent what is no record of this connection");
  CHECK_FALSE(tls::has_received(nullptr));
  CHECK(tls::connection_failure_reason(boost::asio::error::connection_reset, nullptr) ==
        error_code(boost::asio::error::connection_reset).message());
}
