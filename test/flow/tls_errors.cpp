// TLS errors are in the log as such, and cannot fill it.
#include "support/chat_world.hpp"

#include "support/catch.hpp"

#include <boost/asio/ssl.hpp>

#include <array>
#include <memory>

using namespace asio_chat;
using namespace asio_chat::test;
using namespace std::chrono_literals;

namespace {

struct free_ssl {
  void operator()(SSL* s) const { SSL_free(s); }
};

/// A member whose records a test can change on their way.
class tampered_client {
 public:
  tampered_client(chat_world& w, const std::string& name, int version)
      : tls_(asio::ssl::context::tls_client)
      , socket_(w.context) {
    SSL_CTX_set_min_proto_version(tls_.native_handle(), version);
    SSL_CTX_set_max_proto_version(tls_.native_handle(), version);
    ssl_.reset(SSL_new(tls_.native_handle()));
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl_.get());
    socket_.connect(w.at);
    socket_.non_blocking(true);
    REQUIRE(w.until([&] {
      SSL_do_handshake(ssl_.get());
      turn();
      return SSL_is_init_finished(ssl_.get()) == 1;
    }));
    const std::string frame = wire::frame(name);
    SSL_write(ssl_.get(), frame.data(), static_cast<int>(frame.size()));
    REQUIRE(w.until([&] {
      turn();
      return w.logged(name + " logged in");
    }));
  }

  void send_raw(std::string_view bytes) { asio::write(socket_, asio::buffer(bytes)); }
  /// Receives bytes as if they came from the server.
  void receive_raw(std::string_view bytes) {
    BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
    turn();
  }
  void hang_up() { socket_.close(); }

 private:
  void turn() {
    std::array<char, 16384> bytes{};
    error_code e;
    while (const std::size_t n = socket_.read_some(asio::buffer(bytes), e))
      BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(n));
    while (SSL_read(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0) {
    }
    const int n = BIO_read(SSL_get_wbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
    if (n > 0) send_raw({bytes.data(), static_cast<std::size_t>(n)});
  }

  asio::ssl::context tls_;
  asio::ip::tcp::socket socket_;
  std::unique_ptr<SSL, free_ssl> ssl_;
};

/// A record of application data that no key has encrypted.
std::string forged_record() {
  std::string record("\x17\x03\x03\x00\x40", 5);
  return record.append(64, 'x');
}

std::size_t warnings_of(const chat_world& w) {
  return static_cast<std::size_t>(std::count_if(
      w.log.begin(), w.log.end(), [](const log_record& r) { return r.level > severity::info; }));
}

/// The one warning in the log.
std::string warning_of(const chat_world& w) {
  const auto found = std::find_if(w.log.begin(), w.log.end(),
                                  [](const log_record& r) { return r.level > severity::info; });
  return found == w.log.end() ? "" : found->text;
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::string port_of(const asio::ip::tcp::socket& s) {
  return std::to_string(s.local_endpoint().port());
}

constexpr int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

} // namespace

TEST_CASE("C20: a record that was changed on its way is a warning with its reason") {
  for (const int version : versions) {
    chat_world w;
    text_client& alice = w.join("alice");
    tampered_client bob(w, "bob", version);
    bob.send_raw(forged_record());
    REQUIRE(w.until([&] { return alice.has("* bob left *"); }));
    REQUIRE(warnings_of(w) == 1);
    CHECK(contains(warning_of(w), "SSL Error: connection with 127.0.0.1:"));
    CAPTURE(version, warning_of(w));
    CHECK(contains(warning_of(w), "reason=a record of the client was changed on its way"));
    CHECK(w.logged("Connection closed with 127.0.0.1:"));
    CHECK(w.server->stats().broken_connections == 1);
  }
}

TEST_CASE("C20: bytes that are no record are a warning") {
  for (const int version : versions) {
    chat_world w;
    text_client& alice = w.join("alice");
    tampered_client bob(w, "bob", version);
    bob.send_raw("GET / HTTP/1.1\r\n\r\n");
    REQUIRE(w.until([&] { return alice.has("* bob left *"); }));
    CHECK(contains(warning_of(w), "reason=the client sent what is no record of this connection"));
  }
}

TEST_CASE("C20: an alert after the handshake is a warning with its name") {
  for (const int version : versions) {
    chat_world w;
    text_client& alice = w.join("alice");
    tampered_client bob(w, "bob", version);
    bob.receive_raw(forged_record()); // bob's OpenSSL answers it with an alert
    REQUIRE(w.until([&] { return alice.has("* bob left *"); }));
    REQUIRE(warnings_of(w) == 1);
    CHECK(contains(warning_of(w), "SSL Error: connection with 127.0.0.1:"));
    CHECK(contains(warning_of(w), "reason=the client got a record that was changed on its way "
                                  "(alert: bad record mac)"));
  }
}

TEST_CASE("C20: a client that hangs up, politely or not, is no warning") {
  chat_world w;
  text_client& alice = w.join("alice");
  tampered_client bob(w, "bob", TLS1_3_VERSION);
  bob.hang_up();
  text_client& carol = w.join("carol");
  carol.say("/quit");
  REQUIRE(w.until([&] { return alice.has("* bob left *") && alice.has("* carol left *"); }));
  CHECK(warnings_of(w) == 0);
}

TEST_CASE("B22: a thousand connections that close without a byte are no warning") {
  for (const bool reset : {false, true}) {
    chat_world w;
    for (int i = 0; i < 1000; ++i) {
      asio::ip::tcp::socket check(w.context);
      check.connect(w.at);
      if (reset) check.set_option(asio::socket_base::linger(true, 0));
      check.close();
      if (i % 50 == 0) w.context.poll();
    }
    text_client& alice = w.join("alice"); // she comes after all of them
    REQUIRE(w.until([&] { return w.server->stats().sessions == 1; }));
    CHECK_FALSE(alice.ended);
    CHECK(warnings_of(w) == 0);
    if (!reset) CHECK(w.logged("reason=closed by the peer before its first byte"));
  }
}

TEST_CASE("B22: refusals that repeat are one warning, and a count at the latest when the server "
          "ends") {
  chat_world w;
  for (int i = 0; i < 20; ++i) {
    asio::ip::tcp::socket garbage(w.context);
    garbage.connect(w.at);
    asio::write(garbage, asio::buffer(std::string("GET / HTTP/1.1\r\n\r\n")));
    const auto closed = [&] { return w.logged("handshake with 127.0.0.1:" + port_of(garbage)); };
    REQUIRE(w.until(closed));
  }
  CHECK(contains(warning_of(w), "reason=not TLS: an HTTP request"));
  w.server.reset();
  CHECK(warnings_of(w) == 2);
  CHECK(contains(w.log.back().text, "SSL Error: handshake with 127.0.0.1 failed again"));
  CHECK(contains(w.log.back().text, "times=19"));
}
