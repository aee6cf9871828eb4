// Every step of a client's connections fails once, with every error, and once for ever.
#include "scripted_world.hpp"
#include "support/catch.hpp"

#include <boost/asio/ssl/error.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <map>
#include <string>
#include <vector>

using namespace asio_chat;
using namespace asio_chat::test;
namespace asio = boost::asio;

namespace {

error_code tls_error(int reason) {
  return {static_cast<int>(ERR_PACK(ERR_LIB_SSL, 0, reason)), asio::error::get_ssl_category()};
}

const std::vector<std::optional<error_code>>& errors() {
  static const std::vector<std::optional<error_code>> all{
      asio::error::eof,
      asio::error::connection_reset,
      asio::error::operation_aborted,
      asio::error::broken_pipe,
      asio::error::timed_out,
      asio::error::host_unreachable,
      asio::error::network_down,
      asio::error::no_descriptors,
      asio::ssl::error::stream_truncated,
      tls_error(SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC),
      tls_error(SSL_R_UNEXPECTED_EOF_WHILE_READING),
      std::nullopt, // the step never ends
  };
  return all;
}

/// What a server keeps, over all connections, and what it was told how often.
struct store {
  std::vector<std::string> texts;
  std::map<std::string, std::uint64_t> offsets; ///< by the message's id

  fake_server::responder answers() {
    return [this](fake_server& s, const native::request& r) {
      const auto* m = std::get_if<native::send>(&r);
      if (!m) return answer_politely(s, r);
      const bool known = offsets.contains(m->id);
      if (!known) {
        texts.push_back(m->text);
        offsets.emplace(m->id, texts.size());
      }
      s.say_event(acknowledged{m->id, m->room, {1, offsets.at(m->id)}, {}, known});
    };
  }
};

struct result_of {
  int calls = 0;
  error_code code = asio::error::would_block;
};
auto into(result_of& o) {
  return [&o](error_code e, const auto&...) {
    ++o.calls;
    o.code = e;
  };
}

/// Logs in, speaks, loses the connection, speaks, comes back, asks, speaks and leaves. What must be
/// true whatever fails is checked here.
void play(scripted_world& w, store& kept) {
  w.start();
  REQUIRE(w.reaches([&] { return w.logins > 0; }));
  if (w.code) { // a first attempt is not repeated
    w.until([&] { return w.end.has_value(); });
    CHECK(w.logins == 1);
    CHECK_FALSE(w.why.message().empty());
    CHECK(w.events.empty());
    CHECK(w.servers.size() == 1);
    CHECK_FALSE(w.time.next_due());
    return;
  }
  result_of one, two, three, asked, closed;
  w.chat->async_send("lobby", "one", into(one));
  w.until([&] { return one.calls > 0; });
  w.peers.back()->end();
  w.time.run();
  w.chat->async_send("lobby", "two", into(two));
  w.until([&] { return two.calls > 0; });
  w.chat->async_command("lobby", "/who", into(asked));
  w.chat->async_send("lobby", "three", into(three));
  w.until([&] { return three.calls > 0 && asked.calls > 0; });
  CHECK_FALSE(one.code);
  CHECK_FALSE(two.code);
  CHECK_FALSE(three.code);
  // It does not outlive a connection, and there may be none just now.
  if (asked.code) CHECK((asked.code == errc::connection_lost || asked.code == errc::not_connected));
  CHECK(kept.texts == std::vector<std::string>{"one", "two", "three"});

  // Each connection that was lost is told, and that it is there again.
  const auto lost = [&] {
    const auto ends = w.seen<disconnected>();
    return std::count_if(ends.begin(), ends.end(), [](const auto& d) { return !d.attempt; });
  };
  const auto settled = [&] {
    return w.seen<connected>().size() == static_cast<std::size_t>(lost());
  };
  w.until(settled);
  CHECK(lost() >= 1);
  CHECK(lost() <= 2);
  for (const disconnected& d : w.seen<disconnected>())
    CHECK(d.retry_in);
  CHECK_FALSE(w.end);

  const auto events = w.events.size();
  w.chat->async_close(into(closed));
  w.until([&] { return closed.calls > 0 && w.end.has_value(); });
  CHECK_FALSE(closed.code);
  CHECK(*w.end == errc::not_connected);
  CHECK(w.events.size() == events);
  CHECK_FALSE(w.time.next_due()); // nothing is left to wait for
  CHECK(one.calls + two.calls + three.calls + asked.calls + closed.calls + w.logins == 6);
  for (const auto& peer : w.peers)
    CHECK((peer->closed || peer->reads == 0)); // or it was never reached
}

std::size_t steps_of_a_conversation() {
  store kept;
  scripted_world w({kept.answers()});
  play(w, kept);
  return w.plan.steps;
}

} // namespace

TEST_CASE("client: a conversation in which nothing fails") {
  store kept;
  scripted_world w({kept.answers()});
  play(w, kept);
  CHECK(w.seen<disconnected>().size() == 1);
  CHECK(w.servers.size() == 2);
  CHECK(w.servers[1]->heard<native::bye>().size() == 1);
  CHECK(w.peers[1]->shut_down);
}

TEST_CASE("client: whatever step fails, in whatever way, no text is lost and the end is told") {
  const std::size_t steps = steps_of_a_conversation();
  REQUIRE(steps > 20);
  for (const auto& e : errors()) {
    for (std::size_t n = 1; n <= steps; ++n) {
      store kept;
      scripted_world w({kept.answers()}, {}, {n, e});
      CAPTURE(n, e ? e->message() : "never ends");
      play(w, kept);
      CAPTURE(w.plan.failed);
      CHECK(w.plan.steps >= n);
    }
  }
}

TEST_CASE("client: the same where a write takes a few bytes only") {
  const std::size_t steps = steps_of_a_conversation();
  for (std::size_t n = 0; n <= 4 * steps; n += 3) {
    store kept;
    scripted_world w({kept.answers()}, {}, {n, asio::error::connection_reset});
    w.max_write = 40;
    CAPTURE(n);
    play(w, kept);
  }
}

TEST_CASE("client: what the server said before a write failed is read, and tells more") {
  store kept;
  scripted_world w({kept.answers()}, [](client_config& c) { c.reconnect = false; });
  w.connect();
  w.peers[0]->stop_taking();
  w.chat->async_send("lobby", "one", [](error_code, const acknowledged&) {});
  w.time.run();
  w.servers[0]->say(native::goodbye{{close_code::slow_reader, "too slow"}});
  w.peers[0]->end(asio::error::connection_reset);
  w.until([&] { return w.end.has_value(); });
  REQUIRE(w.seen<disconnected>().size() == 1);
  CHECK(w.seen<disconnected>()[0].reason == close_reason{close_code::slow_reader, "too slow"});
}

TEST_CASE("client: each step of connecting has its share in the sentence when the time is up") {
  const char* doing[] = {"while looking up the name", "while connecting", "in the TLS handshake",
                         "while logging in"};
  for (std::size_t n = 1; n <= 4; ++n) {
    scripted_world w({answer_politely}, {}, {n, std::nullopt});
    w.start();
    w.time.advance(std::chrono::milliseconds(9'999));
    CHECK(w.logins == 0);
    w.time.advance(std::chrono::milliseconds(1));
    CHECK(w.code == errc::timed_out);
    CHECK(w.why.message() ==
          std::string("cannot connect to 127.0.0.1:8443: no answer within 10 s, ") + doing[n - 1]);
  }
}

TEST_CASE("client: certificates that cannot be read end the first attempt, and no later one") {
  scripted_world w({answer_politely});
  w.certificates = fail(errc::bad_certificate_file, "no such file");
  w.connect();
  CHECK(w.code == errc::bad_certificate_file);
  CHECK(w.servers.empty());

  scripted_world later({answer_politely});
  later.connect();
  later.certificates = fail(errc::bad_certificate_file, "no such file");
  later.peers[0]->end();
  later.until([&] { return later.seen<connected>().size() == 1; });
  CHECK(later.servers.size() == 2);
}

TEST_CASE("client: a server that refuses our certificate is not asked again") {
  scripted_world w({answer_politely});
  w.connect();
  w.plan = {w.plan.steps + 3, tls_error(SSL_AD_REASON_OFFSET + SSL_AD_CERTIFICATE_REVOKED),
            w.plan.steps};
  w.peers[0]->end();
  w.until([&] { return w.end.has_value(); });
  CHECK(std::string(w.plan.failed) == "secure");
  REQUIRE(w.seen<disconnected>().size() == 2);
  CHECK(w.seen<disconnected>()[1].reason.code == close_code::not_trusted);
  CHECK_FALSE(w.seen<disconnected>()[1].retry_in);
}

TEST_CASE("client: may be closed or destroyed at every step of every connection") {
  const bool destroy = GENERATE(true, false);
  bool more = true;
  for (int steps = 0; more; ++steps) {
    REQUIRE(steps < 1000);
    CAPTURE(destroy, steps);
    scripted_world w({answer_politely});
    result_of closed;
    w.start();
    bool lost = false;
    for (int i = 0; i < steps; ++i) {
      w.context.restart();
      if (w.context.poll_one() > 0) continue;
      if (lost && w.servers.size() == 2) {
        more = false;
        break;
      }
      if (!lost) w.peers[0]->end();
      if (lost) w.time.advance(std::chrono::milliseconds(500));
      lost = true;
    }
    if (destroy) {
      w.chat.reset();
    } else {
      w.chat->async_close(into(closed));
      w.until([&] { return closed.calls == 1 && w.end.has_value() && !w.time.next_due(); });
    }
    const auto servers = w.servers.size();
    w.time.advance(std::chrono::hours(1));
    CHECK(w.logins == 1);
    CHECK((destroy || w.end));
    CHECK(w.servers.size() == servers); // it does not come back
    CHECK_FALSE(w.time.next_due());
    for (const auto& peer : w.peers)
      CHECK((peer->closed || peer->reads == 0));
  }
}

TEST_CASE("client: after a goodbye the connection is left to end in order, for five seconds") {
  scripted_world w({answer_politely}, [](client_config& c) { c.reconnect = false; });
  w.connect();
  w.servers[0]->say(native::goodbye{{close_code::idle, "too quiet"}});
  w.time.advance(std::chrono::milliseconds(4'999));
  CHECK(w.end);
  CHECK_FALSE(w.peers[0]->closed);
  w.time.advance(std::chrono::milliseconds(1));
  CHECK(w.peers[0]->closed);
}

TEST_CASE("client: while events are not received any more nothing is read, but when it leaves") {
  scripted_world w({answer_politely});
  w.chat->async_connect([](error_code, const connected&) {});
  w.chat->async_receive([](error_code, const client_event&) {});
  w.time.run();
  result_of sent, closed;
  for (std::uint64_t i = 1; i <= 5'000; ++i)
    w.servers[0]->say_event(entry{"lobby", {1, i}, {}, "bob", entry_kind::message, "hi", ""});
  w.time.run();
  const auto reads = w.peers[0]->reads;
  CHECK(reads > 4'000);
  CHECK(reads < 4'200);
  w.chat->async_send("lobby", "late", into(sent));
  w.time.run();
  CHECK(sent.calls == 0);
  CHECK(w.peers[0]->reads == reads);
  w.chat->async_close(into(closed));
  w.time.run();
  CHECK_FALSE(sent.code);
  CHECK(closed.calls == 1);
  CHECK(w.servers[0]->heard<native::bye>().size() == 1);
}
