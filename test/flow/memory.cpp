// The memory that a connection costs, in allocated bytes. How many pages are resident depends on
// the kernel and on malloc.
#include "support/chat_world.hpp"

#include "support/catch.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/write.hpp>

#include <memory>

#include <malloc.h>
#include <openssl/ssl.h>

// The sanitizers have a malloc of their own.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

using namespace asio_chat;
using namespace asio_chat::test;
using namespace std::chrono_literals;

namespace {

/// The bytes that this process has allocated, as glibc counts them.
std::ptrdiff_t allocated() {
  const struct mallinfo2 now = ::mallinfo2();
  return static_cast<std::ptrdiff_t>(now.uordblks + now.hblkhd);
}

/// Sockets that have sent something which the server has read.
class strangers {
 public:
  explicit strangers(chat_world& w)
      : w_(w) {}

  void come(std::size_t number, std::string_view sending = {}) {
    for (std::size_t i = 0; i < number; ++i) {
      asio::ip::tcp::socket& s = sockets_.emplace_back(w_.context);
      s.connect(w_.at);
      s.non_blocking(true);
      for (std::string_view left = sending; !left.empty();) {
        error_code e;
        left.remove_prefix(s.write_some(asio::buffer(left), e));
        w_.context.restart();
        w_.context.poll();
      }
    }
    REQUIRE(w_.until([&] { return w_.server->stats().sessions == sockets_.size(); }));
    // The bytes are in the server's sockets, and are read once no handler is ready any more.
    w_.context.restart();
    while (w_.context.poll() > 0) {
    }
  }

 private:
  chat_world& w_;
  std::deque<asio::ip::tcp::socket> sockets_;
};

/// What each connection costs, after as many others, for which memory is allocated once.
std::ptrdiff_t cost_of_each(strangers& all, std::size_t number, std::string_view sending) {
  all.come(number / 4, sending);
  const auto before = allocated();
  all.come(number, sending);
  return (allocated() - before) / static_cast<std::ptrdiff_t>(number);
}

server_config patient() {
  server_config config;
  config.limits.handshake_time = 1h;
  return config;
}

/// What a client says first.
std::string client_hello(int version) {
  asio::ssl::context context(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context.native_handle(), version);
  SSL_CTX_set_max_proto_version(context.native_handle(), version);
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.native_handle()), &SSL_free);
  BIO* out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), out);
  SSL_connect(ssl.get());
  char* bytes = nullptr;
  const long n = BIO_get_mem_data(out, &bytes);
  return {bytes, static_cast<std::size_t>(n)};
}

std::string tls_record(std::string_view payload) {
  return std::string("\x16\x03\x01") + static_cast<char>(payload.size() >> 8) +
         static_cast<char>(payload.size() & 0xff) + std::string(payload);
}

} // namespace

TEST_CASE("C8: a silent connection costs little memory") {
  chat_world w(patient());
  strangers all(w);
  CHECK(cost_of_each(all, 400, {}) < 8'000);
}

TEST_CASE("B30: a handshake that does not end costs 64 KiB at most, wherever it stops") {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const std::string hello = client_hello(version);
    for (const std::size_t sent : {std::size_t{1}, hello.size() - 1, hello.size()}) {
      chat_world w(patient());
      strangers all(w);
      const auto each = cost_of_each(all, 40, std::string_view(hello).substr(0, sent));
      CHECK(each > 4 * 1024); // it was read
      CHECK(each < static_cast<std::ptrdiff_t>(64 * 1024));
      CHECK(w.server->stats().sessions == 50); // they are all still there
    }
  }
}

TEST_CASE("B30: a ClientHello that is longer than any client's is refused, before all of it came") {
  chat_world w(patient());
  // Of the greatest length that OpenSSL takes, but for its last byte.
  constexpr std::size_t length = 128 * 1024;
  std::string message("\x01\x02\x00\x00", 4); // its type and its length
  message.append(length - 1, 'A');
  std::string records;
  for (std::size_t at = 0; at < message.size(); at += 16'384)
    records += tls_record(std::string_view(message).substr(at, 16'384));
  asio::ip::tcp::socket s(w.context);
  s.connect(w.at);
  error_code ignored;
  asio::write(s, asio::buffer(records), ignored);
  REQUIRE(w.until([&] { return w.server->stats().failed_handshakes == 1; }));
  CHECK(w.server->stats().sessions == 0);
}

TEST_CASE("a connection that sleeps gives back most of its memory, and takes it again to speak") {
  server_config config;
  config.limits.sleep_time = 50ms;
  chat_world w(config);
  constexpr int people = 20;
  for (int i = 0; i < people; ++i)
    w.join("p" + std::to_string(i));
  const auto all_asleep = [&] {
    const server_stats now = w.server->stats();
    return now.asleep == now.sessions;
  };
  REQUIRE(w.pass_until(50ms, all_asleep));
  for (int round = 0; round < 3; ++round) {
    const auto asleep = allocated();
    const std::string text = std::to_string(round);
    w.clients[0].say(text);
    const std::string heard = "p0: " + text;
    REQUIRE(w.until([&] { return w.clients[1].has(heard) && w.clients[people - 1].has(heard); }));
    CHECK((allocated() - asleep) / people < 10'000); // who is told something sleeps on
    for (text_client& c : w.clients)
      c.say("/seen p0");
    REQUIRE(w.until([&] { return w.server->stats().asleep == 0; }));
    const auto awake = allocated();
    CHECK((awake - asleep) / people > 40'000);
    REQUIRE(w.pass_until(50ms, all_asleep));
    CHECK((awake - allocated()) / people > 40'000);
  }
}

#endif
