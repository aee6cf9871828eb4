#include "net/session.hpp"

#include "support/catch.hpp"
#include "unit/net/session_world.hpp"

#include <fmt/format.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

using namespace asio_chat;
using namespace asio_chat::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using words = std::vector<std::string>;

namespace {

std::string message(int n, std::size_t bytes = 10) {
  return fmt::format("{{'type':'send','id':'m{}','text':'{:x>{}}'}}", n, n, bytes);
}

bool has(const words& all, std::string_view one) {
  return std::ranges::find(all, one) != all.end();
}

/// Alice comes, says something, hears something, is quiet until her session sleeps, is woken, and
/// goes. Bob hears it.
struct conversation {
  conversation(std::size_t step, std::optional<error_code> error)
      : fails{step, error}
      , bob(w.log_in(sound, "bob"))
      , alice(w.connect(fails)) {
    w.say(*alice, "{'type':'hello','name':'alice'}");
    w.say(*alice, "{'type':'send','id':'a1','text':'hello'}");
    w.say(*bob, "{'type':'send','id':'b1','text':'hi'}");
    w.say(*alice, "{'type':'ping','ref':'p'}");
    w.time.advance(2 * w.config.limits.sleep_time + 1s);
    w.say(*bob, "{'type':'send','id':'b2','text':'awake?'}");
    w.say(*alice, "{'type':'send','id':'a2','text':'yes'}");
    w.say(*alice, "{'type':'bye'}");
    // Whatever the network swallows, each phase has its end.
    for (int n = 0; n < 10; ++n) {
      w.time.advance(60s);
      w.say(*bob, "{'type':'ping'}");
    }
    alice_heard = messages_in(alice->take_written());
    bob_heard = messages_in(bob->take_written());
  }

  session_world w;
  io_plan sound;
  io_plan fails;
  std::shared_ptr<scripted_peer> bob;
  std::shared_ptr<scripted_peer> alice;
  words alice_heard;
  words bob_heard;
};

} // namespace

TEST_CASE("a session ends as its peer wants it, and says goodbye") {
  const conversation c(0, {});
  CHECK(c.w.ends == 1);
  CHECK(c.alice->closed);
  CHECK(c.alice->shut_down);
  CHECK(c.fails.steps > 15);
  CHECK(c.alice_heard == words{"welcome alice", "room", "event joined alice", "ack a1",
                               "event message hi", "pong", "event message awake?", "ack a2",
                               "goodbye"});
  CHECK(has(c.bob_heard, "event joined alice"));
  CHECK(has(c.bob_heard, "event left alice"));
}

TEST_CASE("whichever I/O step of a session fails, and however, it ends once and is left by all") {
  const std::optional<error_code> error =
      GENERATE(as<std::optional<error_code>>{}, std::nullopt, asio::error::eof,
               asio::error::connection_reset, asio::error::broken_pipe, asio::error::timed_out,
               asio::ssl::error::stream_truncated);
  INFO((error ? error->message() : "nothing comes back"));
  std::size_t step = 1;
  for (;; ++step) {
    const conversation c(step, error);
    if (c.fails.steps < step) break; // there is no such step
    INFO("step " << step << ", a " << c.fails.failed);
    REQUIRE(c.w.ends == 1);
    REQUIRE(c.alice->closed);
    REQUIRE(c.w.hub.member_count() == 1);
    REQUIRE(has(c.bob_heard, "event joined alice") == has(c.bob_heard, "event left alice"));
    for (const char* id : {"a1", "a2"}) {
      // What was acknowledged has been said, whatever came then.
      if (!has(c.alice_heard, std::string("ack ") + id)) continue;
      REQUIRE(has(c.bob_heard,
                  id == std::string_view("a1") ? "event message hello" : "event message yes"));
    }
  }
  CHECK(step > 15);
}

TEST_CASE("while input goes on, what others are told leaves in whole records") {
  session_world w;
  io_plan sound;
  const auto bob = w.log_in(sound, "bob");
  const auto alice = w.log_in(sound, "alice");
  w.time.run();
  bob->take_written();
  bob->writes.clear();
  constexpr int reads = 200;
  constexpr int in_each = 10;
  for (int n = 0; n < reads; ++n) {
    std::string bytes;
    for (int m = 0; m < in_each; ++m)
      bytes += framed(message(n * in_each + m));
    alice->say(bytes);
  }
  w.time.run();
  const std::size_t total = bob->take_written().size();
  CHECK(total > reads * in_each * std::size_t{10});
  // One write for each record, one for the rest, and one for what is left behind the first record,
  // before it is known how long writing takes: not one for each read.
  CHECK(bob->writes.size() <= total / net::write_buffers::size + 3);
  CHECK(alice->writes.size() < reads / 2);
}

TEST_CASE("with no further input all that waits is written in the same turn") {
  session_world w;
  io_plan sound;
  const auto bob = w.log_in(sound, "bob");
  const auto alice = w.log_in(sound, "alice");
  bob->take_written();
  bob->writes.clear();
  for (int n = 1; n <= 5; ++n) {
    w.say(*alice, message(n));
    CHECK(messages_in(bob->take_written()).size() == 1);
    CHECK(bob->writes.size() == static_cast<std::size_t>(n));
  }
}

TEST_CASE("the messages of a member that are not stored yet are bounded, and all are stored") {
  limits l;
  l.posts_under_way = 4;
  session_world w(l);
  io_plan sound;
  const auto alice = w.log_in(sound, "alice");
  w.log.stopped = true;
  std::string bytes;
  for (int n = 1; n <= 10; ++n)
    bytes += framed(message(n));
  alice->say(bytes);
  w.time.run();
  CHECK(w.log.waiting() == l.posts_under_way);
  w.log.stopped = false;
  while (w.log.waiting() > 0) {
    w.log.go();
    w.time.run();
  }
  CHECK(messages_in(alice->take_written()).size() == 10);
}

TEST_CASE(
    "what waits for a peer that does not read is bounded, and the peer gets all of it later") {
  limits l;
  l.outbox_pause_bytes = 64 * 1024;
  session_world w(l);
  io_plan sound;
  const auto bob = w.log_in(sound, "bob");
  const auto alice = w.log_in(sound, "alice");
  bob->stop_taking();
  constexpr int messages = 200;
  std::size_t most = 0;
  for (int n = 1; n <= messages; ++n) {
    w.say(*alice, message(n, 4'000));
    most = std::max(most, w.protocols.waiting_bytes());
  }
  CHECK(most < 3 * l.outbox_pause_bytes);
  // Nor are its requests read: what they are answered would wait as well.
  const std::size_t reads = bob->reads;
  for (int n = 0; n < 10; ++n)
    w.say(*bob, "{'type':'ping'}");
  CHECK(bob->reads <= reads + 1);
  bob->go_on_taking();
  w.time.run();
  const words heard = messages_in(bob->take_written());
  CHECK(std::ranges::count_if(heard, [](const std::string& s) {
          return s.starts_with("event message");
        }) == messages);
  CHECK(has(heard, "pong"));
}

TEST_CASE("who asks for more at once than may wait for them is closed, and told why") {
  limits l;
  l.outbox_bytes = 100'000;
  l.outbox_pause_bytes = 1'000'000;
  session_world w(l);
  io_plan sound;
  const auto alice = w.log_in(sound, "alice");
  const auto asks = [&](int times) {
    std::string bytes;
    for (int n = 0; n < times; ++n)
      bytes += framed("{'type':'command','ref':'r','line':'/help'}");
    alice->stop_taking();
    alice->say(bytes);
    w.time.run();
    alice->go_on_taking();
    w.time.run();
    return messages_in(alice->take_written());
  };
  asks(1);
  CHECK(w.hub.member_count() == 1);
  const words heard = asks(60);
  CHECK(w.hub.member_count() == 0);
  REQUIRE_FALSE(heard.empty());
  CHECK(heard.back() == "goodbye");
}

TEST_CASE("a peer that takes nothing is cut off in the stall time, unless something went") {
  session_world w;
  io_plan sound;
  const auto bob = w.log_in(sound, "bob");
  const auto alice = w.log_in(sound, "alice");
  bob->stop_taking();
  bob->unacknowledged = 1'000'000;
  for (int n = 1; n <= 400; ++n)
    w.say(*alice, message(n, 8'000));
  const auto stall = w.config.limits.stall_time;
  SECTION("it takes nothing") {
    w.time.advance(stall + 1s);
    CHECK(bob->closed);
    CHECK(w.hub.member_count() == 1);
  }
  SECTION("its system takes something now and then") {
    for (int n = 0; n < 10; ++n) {
      bob->unacknowledged -= 1'000;
      w.time.advance(stall / 3);
      w.say(*alice, "{'type':'ping'}");
    }
    CHECK_FALSE(bob->closed);
  }
}

TEST_CASE("each phase of a session has its time, to the visit") {
  session_world w;
  io_plan sound;
  const limits& l = w.config.limits;
  constexpr auto visit = 250ms;
  SECTION("the handshake") {
    io_plan silent{1, std::nullopt};
    const auto peer = w.connect(silent);
    w.time.advance(l.handshake_time - 1ms);
    CHECK_FALSE(peer->closed);
    w.time.advance(visit);
    CHECK(peer->closed);
    CHECK(peer->take_written().empty());
  }
  SECTION("the login") {
    const auto peer = w.connect(sound);
    w.say(*peer, "{'type':'ping'}"); // that is no login
    peer->take_written();
    w.time.advance(l.login_time - visit);
    CHECK_FALSE(peer->closed);
    w.time.advance(2 * visit);
    CHECK(messages_in(peer->take_written()) == words{"goodbye"});
    CHECK(peer->closed);
  }
  SECTION("silence") {
    const auto peer = w.log_in(sound, "alice");
    w.time.advance(l.idle_time - visit);
    w.say(*peer, "{'type':'ping'}");
    w.time.advance(l.idle_time - visit);
    CHECK_FALSE(peer->closed);
    w.time.advance(2 * visit);
    CHECK(peer->closed);
  }
  SECTION("the goodbye") {
    const auto peer = w.log_in(sound, "alice");
    peer->answers_shutdown = false;
    w.say(*peer, "{'type':'bye'}");
    CHECK(peer->shut_down);
    w.time.advance(l.close_time - visit);
    CHECK_FALSE(peer->closed);
    w.time.advance(2 * visit);
    CHECK(peer->closed);
  }
}

TEST_CASE("who says nothing after the login sleeps at once, whatever is told them") {
  session_world w;
  io_plan sound;
  const auto speaker = w.log_in(sound, "speaker");
  const auto listener = w.log_in(sound, "listener");
  w.say(*speaker, "{'type':'send','id':'s1','text':'hello'}");
  CHECK(has(messages_in(listener->take_written()), "event message hello"));
  w.time.advance(250ms);
  CHECK(listener->asleep);
  CHECK_FALSE(speaker->asleep);
  w.time.advance(w.config.limits.sleep_time);
  CHECK(speaker->asleep);
}

TEST_CASE("who sends much at once is served in turns, and others come in between") {
  session_world w;
  io_plan sound;
  const auto alice = w.log_in(sound, "alice");
  const auto bob = w.log_in(sound, "bob");
  alice->take_written();
  std::string much;
  for (int i = 0; i < 100; ++i)
    much += framed("{'type':'command','ref':'r','room':'lobby','line':'/rights'}");
  alice->say(much);
  bob->say(framed("{'type':'ping','ref':'b'}"));
  std::optional<std::size_t> before;
  std::string written;
  std::size_t answered = 0;
  w.context.restart();
  while (w.context.poll_one() != 0) {
    written += alice->take_written(); // a record may end within an answer
    answered = messages_in(written).size();
    if (!before && !messages_in(bob->take_written()).empty()) before = answered;
  }
  REQUIRE(before.has_value());
  CHECK(*before < 50); // some turns of a few answers each
  CHECK(answered == 100);
}
