// The port for demonstrations: the text protocol over bare TCP.
#include "support/chat_world.hpp"

#include "support/catch.hpp"

#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>

using namespace asio_chat;
using namespace asio_chat::test;
using namespace std::chrono_literals;

namespace {

/// Reads into `got` until the end of the connection.
class plain_client {
 public:
  plain_client(asio::io_context& context, const asio::ip::tcp::endpoint& at)
      : socket(context) {
    socket.connect(at);
    read();
  }
  void send(const std::string& bytes) { asio::write(socket, asio::buffer(bytes)); }
  bool has(std::string_view part) const { return got.find(part) != std::string::npos; }

  asio::ip::tcp::socket socket;
  std::string got;
  error_code end;

 private:
  void read() {
    socket.async_read_some(asio::buffer(some_),
                           [this, alive = std::weak_ptr(alive_)](error_code e, std::size_t n) {
                             if (alive.expired()) return;
                             got.append(some_.data(), n);
                             end = e;
                             if (!e) read();
                           });
  }

  std::array<char, 4096> some_{};
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); ///< handlers may outlive us
};

} // namespace

TEST_CASE("E4: the text protocol without TLS meets the same rooms, and every connection is a "
          "warning") {
  chat_world w;
  const auto plain_at = w.server->listen_insecure_plaintext("127.0.0.1", 0);
  CHECK(w.log.back().level == severity::warning);
  CHECK(w.logged("Insecure: listening on 127.0.0.1:" + std::to_string(plain_at.port())));

  text_client& alice = w.join("alice");
  plain_client bob(w.context, plain_at);
  bob.send(wire::frame("bob"));
  REQUIRE(w.until([&] { return alice.has("* bob joined the chat *"); }));
  CHECK(w.logged("Insecure connection with 127.0.0.1:"));
  bob.send(wire::frame("hello"));
  REQUIRE(w.until([&] { return alice.has("bob: hello"); }));
  alice.say("hello back");
  REQUIRE(w.until([&] { return bob.has(wire::frame("alice: hello back")); }));
}

TEST_CASE("what is not the text protocol is closed without TLS too: asio-chat/1, TLS, HTTP") {
  chat_world w;
  const auto plain_at = w.server->listen_insecure_plaintext("127.0.0.1", 0);

  // Only ALPN selects the native protocol. Here its first message is a strange name and no login.
  plain_client native(w.context, plain_at);
  native.send(wire::frame(R"({"type":"hello","name":"eve","room":""})"));
  REQUIRE(w.until([&] { return native.has("you are known as"); }));
  CHECK_FALSE(native.has("welcome"));

  plain_client http(w.context, plain_at);
  http.send("GET / HTTP/1.1\r\n\r\n");
  REQUIRE(w.until([&] { return bool(http.end); }));

  asio::ssl::context trusting(asio::ssl::context::tls_client);
  asio::ssl::stream<asio::ip::tcp::socket> tls(w.context, trusting);
  tls.next_layer().connect(plain_at);
  error_code refused;
  tls.async_handshake(asio::ssl::stream_base::client, [&](error_code e) { refused = e; });
  REQUIRE(w.until([&] { return bool(refused); }));
  CHECK(w.until([&] { return w.logged("reason=not a protocol that is spoken here"); }));
}

TEST_CASE("without TLS too the last words arrive, and a peer that answers them is not waited for") {
  server_config config;
  config.limits.close_time = 1h;
  config.limits.drain_time = 1h;
  chat_world w(config);
  const auto plain_at = w.server->listen_insecure_plaintext("127.0.0.1", 0);
  plain_client bob(w.context, plain_at);
  bob.send(wire::frame("bob"));
  REQUIRE(w.until([&] { return bob.has("* bob joined the chat *"); }));

  bool stopped = false;
  w.server->async_stop([&](error_code) { stopped = true; });
  REQUIRE(w.until([&] { return bool(bob.end); }));
  CHECK(bob.end == asio::error::eof);
  CHECK(bob.has("* the server is going down *"));
  w.pass(59min);
  CHECK_FALSE(stopped); // bob may still say something
  bob.socket.close();
  CHECK(w.until([&] { return stopped; }));
}

TEST_CASE("without TLS too a client that disconnects has left") {
  chat_world w;
  const auto plain_at = w.server->listen_insecure_plaintext("127.0.0.1", 0);
  text_client& alice = w.join("alice");
  plain_client bob(w.context, plain_at);
  bob.send(wire::frame("bob"));
  REQUIRE(w.until([&] { return alice.has("* bob joined the chat *"); }));
  bob.socket.close();
  REQUIRE(w.until([&] { return alice.has("* bob left *"); }));
  REQUIRE(w.until([&] { return w.server->stats().sessions == 1; }));
}
