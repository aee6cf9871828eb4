#include "net/protocols/protocol_table.hpp"

#include "server/server_impl.hpp"
#include "support/catch.hpp"
#include "support/run_until.hpp"
#include "unit/net/protocols/line_protocol.hpp"
#include "wire/frame.hpp"

#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <deque>
#include <vector>

using namespace asio_chat;
namespace asio = boost::asio;

namespace {

using tcp = asio::ip::tcp;

/// The protocols of the server, and one more.
const std::vector<net::protocol_row> with_lines = [] {
  const auto usual = net::default_protocols();
  std::vector<net::protocol_row> rows(usual.begin(), usual.end());
  rows.push_back(test::line_protocol::row());
  return rows;
}();

/// Says who may come in when the test does.
struct slow_authenticator final : authenticator {
  explicit slow_authenticator(std::deque<std::pair<credentials, admit_done>>& q)
      : questions(q) {}
  void admit(credentials c, admit_done done) override {
    questions.emplace_back(std::move(c), std::move(done));
  }
  std::deque<std::pair<credentials, admit_done>>& questions;
};

struct plain_world {
  explicit plain_world(bool slow = false) {
    server_config config;
    config.log = [this](severity, std::string_view message, std::span<const log_field>) {
      log += std::string(message) + "\n";
    };
    server_parts parts{with_lines};
    if (slow) parts.who = std::make_unique<slow_authenticator>(questions);
    chat =
        std::make_shared<server::impl>(context.get_executor(), std::move(config), std::move(parts));
    at = chat->listen_insecure_plaintext("127.0.0.1", 0).value();
  }
  ~plain_world() {
    chat->end();
    context.restart();
    context.poll();
  }

  asio::io_context context;
  std::string log;
  std::deque<std::pair<credentials, authenticator::admit_done>> questions;
  std::shared_ptr<server::impl> chat;
  tcp::endpoint at;
};

struct line_client {
  line_client(plain_world& w, std::string_view says)
      : world(w)
      , socket(w.context) {
    socket.connect(w.at);
    say(says);
    listen();
  }
  void say(std::string_view text) { asio::write(socket, asio::buffer(text)); }
  void listen() {
    socket.async_read_some(asio::buffer(some), [this, alive = std::weak_ptr(alive_)](
                                                   const error_code& e, std::size_t n) {
      if (alive.expired()) return;
      heard.append(some.data(), n);
      ended = e.failed();
      if (!e) listen();
    });
  }
  bool hears(std::string_view what) {
    return test::run_until(world.context, [&] { return heard.find(what) != std::string::npos; });
  }
  bool is_closed() {
    return test::run_until(world.context, [&] { return ended; });
  }

  plain_world& world;
  tcp::socket socket;
  std::array<char, 1024> some{};
  std::string heard;
  bool ended = false;

 private:
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); ///< handlers may outlive it
};

} // namespace

TEST_CASE("the names that a server offers in TLS are those of its protocols") {
  std::vector<std::string> names;
  for (const net::protocol_row& row : net::default_protocols())
    if (!row.alpn.empty()) names.emplace_back(row.alpn);
  CHECK(tls_server_config().alpn == names);
}

TEST_CASE("a protocol of one file and one row reaches the same rooms as the others") {
  plain_world w;
  line_client alice(w, "alice\n");
  line_client bob(w, "bob\nhello\n");
  REQUIRE(alice.hears("bob: hello\n"));
  line_client carol(w, wire::frame("carol") + wire::frame("from a frame"));
  REQUIRE(alice.hears("carol: from a frame\n"));
  alice.say("to a frame\n");
  REQUIRE(carol.hears("alice: to a frame"));
  line_client other(w, "alice\n");
  REQUIRE(other.hears("the name alice is taken\n"));
  CHECK(other.is_closed());
}

TEST_CASE("a connection that begins like no protocol is closed") {
  plain_world w;
  line_client stranger(w, "GET / HTTP/1.1\r\n");
  CHECK(stranger.is_closed());
  CHECK(w.log.find("Connection closed with") != std::string::npos);
}

TEST_CASE("a connection is not read until the authenticator has answered, and goes on then") {
  plain_world w(true);
  line_client alice(w, "alice\nhello\n");
  line_client bob(w, "bob\n");
  REQUIRE(test::run_until(w.context, [&] { return w.questions.size() == 2; }));
  CHECK(w.questions.front().first.name == "alice");
  CHECK(w.chat->stats().members == 0);
  SECTION("it comes in") {
    w.questions.back().second(admission{{1}});
    w.questions.front().second(admission{{2}});
    REQUIRE(bob.hears("alice: hello\n"));
  }
  SECTION("it is denied, and told when to try again") {
    w.questions.front().second(
        denial{fail(errc::login_required, "no"), close_code::not_trusted, std::chrono::seconds(5)});
    REQUIRE(alice.hears("no; try again in 5 s\n"));
    CHECK(alice.is_closed());
    CHECK(w.chat->stats().members == 0);
  }
  SECTION("it has gone meanwhile") {
    w.chat->end();
    w.questions.front().second(admission{{2}});
    CHECK(w.chat->stats().members == 0);
  }
  SECTION("an answer that comes twice counts once") {
    const auto done = w.questions.front().second;
    done(admission{{2}});
    done(admission{{3}});
    CHECK(w.chat->stats().members == 1);
  }
}
