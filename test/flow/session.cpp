#include "support/chat_world.hpp"

#include "support/catch.hpp"

#include <boost/asio/use_future.hpp>

#include <algorithm>

#include <sys/resource.h>

using namespace asio_chat;
using namespace asio_chat::test;
using namespace std::chrono_literals;

TEST_CASE("C33: frames split at every byte boundary, and several in one write, arrive whole") {
  chat_world w;
  text_client& alice = w.join("alice");
  text_client& bob = w.join("bob");
  REQUIRE(w.until([&] { return alice.has("* bob joined the chat *"); }));
  const std::string two = wire::frame("first") + wire::frame("second, äöü");
  for (std::size_t cut = 0; cut <= two.size(); ++cut) {
    alice.lines.clear();
    w.send_part(bob, two.substr(0, cut));
    bob.send_raw(two.substr(cut));
    REQUIRE(w.until([&] { return alice.lines.size() == 2; }));
    CHECK(alice.lines[0] == "bob: first");
    CHECK(alice.lines[1] == "bob: second, äöü");
  }
  alice.lines.clear();
  for (const char byte : two) {
    w.send_part(bob, {&byte, 1});
  }
  REQUIRE(w.until([&] { return alice.lines.size() == 2; }));
}

TEST_CASE("C34 C14: a peer that goes in the middle of a frame is cleaned up and told as left") {
  chat_world w;
  text_client& alice = w.join("alice");
  text_client& bob = w.join("bob");
  w.send_part(bob, std::string("\x00\x00\x00\x10half", 8));
  bob.vanish();
  REQUIRE(w.until([&] { return alice.has("* bob left *"); }));
  CHECK(w.until([&] { return w.logged("Connection closed with 127.0.0.1:"); }));
  REQUIRE(w.until([&] { return w.server->stats().sessions == 1; }));
  CHECK(w.server->stats().members == 1);
}

TEST_CASE("C28: a client that goes before giving a name is not told as left") {
  chat_world w;
  text_client& alice = w.join("alice");
  text_client& nameless = w.raw();
  nameless.vanish();
  REQUIRE(w.until([&] { return w.server->stats().sessions == 1; }));
  CHECK(alice.lines == std::vector<std::string>{"* alice joined the chat *"});
}

TEST_CASE("C7 C8: a thousand silent sockets do not delay another's handshake") {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = std::min<rlim_t>(files.rlim_max, 4096);
  ::setrlimit(RLIMIT_NOFILE, &files);
  server_config config;
  config.limits.handshake_time = 1h; // no deadline of the silent ones lets others in
  chat_world w(config);
  std::deque<asio::ip::tcp::socket> silent;
  for (int i = 0; i < 1000; ++i) {
    silent.emplace_back(w.context);
    silent.back().connect(w.at);
    if (i % 50 == 0) w.context.poll();
  }
  REQUIRE(w.until([&] { return w.server->stats().sessions == 1000; }));
  text_client& honest = w.join("honest");
  CHECK(honest.has("* honest joined the chat *"));
  CHECK(w.server->stats().sessions == 1001);
}

TEST_CASE("B30 C19 B22: a silent handshake ends at its deadline, is logged, and hurts nobody") {
  server_config config;
  config.limits.handshake_time = 300ms;
  chat_world w(config);
  asio::ip::tcp::socket silent(w.context);
  silent.connect(w.at);
  REQUIRE(w.until([&] { return w.server->stats().sessions == 1; }));
  w.pass(299ms);
  CHECK(w.server->stats().sessions == 1);
  w.pass(251ms); // deadlines are met a quarter of a second late at most
  CHECK(w.server->stats().sessions == 0);
  CHECK(w.logged("SSL Error: handshake with 127.0.0.1:"));
  CHECK(w.logged("reason=not done in time"));
  CHECK(w.server->stats().failed_handshakes == 1);
  CHECK(w.complaints() == 1); // no second error about the same end
}

TEST_CASE("a connection for which there is no room is closed at once, and counted") {
  server_config config;
  config.limits.connections = 1;
  chat_world w(config);
  text_client& alice = w.join("alice");
  asio::ip::tcp::socket one_too_many(w.context);
  one_too_many.connect(w.at);
  REQUIRE(w.until([&] { return w.server->stats().turned_away == 1; }));
  error_code e;
  char byte = 0;
  one_too_many.read_some(asio::buffer(&byte, 1), e);
  CHECK(e);
  CHECK(w.server->stats().accepted == 1);
  CHECK_FALSE(alice.ended);
}

TEST_CASE("C9 C19 C20: garbage instead of TLS is logged once and dropped, and accepting goes on") {
  chat_world w;
  asio::ip::tcp::socket garbage(w.context);
  garbage.connect(w.at);
  asio::write(garbage, asio::buffer(std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n")));
  REQUIRE(w.until([&] { return w.logged("SSL Error: handshake with"); }));
  REQUIRE(w.until([&] { return w.server->stats().sessions == 0; }));
  w.join("alice");
  CHECK(w.complaints() == 1);
  CHECK(w.server->stats().members == 1);
}

TEST_CASE("C37: no login in time ends the session with a reason") {
  server_config config;
  config.limits.login_time = 300ms;
  chat_world w(config);
  text_client& slow = w.raw();
  w.pass(299ms);
  CHECK_FALSE(w.logged("no login in time"));
  w.pass(251ms);
  REQUIRE(w.until([&] { return slow.ended; }));
  CHECK(w.until([&] { return w.logged("reason=no login in time"); }));
}

TEST_CASE("C36: silence ends a session with a reason, talking and empty frames do not") {
  server_config config;
  config.limits.idle_time = 1500ms;
  chat_world w(config);
  text_client& quiet = w.join("quiet");
  text_client& talker = w.join("talker");
  text_client& reader = w.join("reader");
  for (int i = 0; i < 4; ++i) {
    CHECK_FALSE(quiet.ended);
    w.pass(499ms);
    const std::size_t heard = quiet.lines.size();
    w.send_part(reader, wire::frame(""));
    talker.say("x");
    REQUIRE(w.until([&] { return quiet.ended || quiet.lines.size() > heard; }));
  }
  REQUIRE(w.until([&] { return quiet.ended; }));
  CHECK(quiet.lines.back() == "* nothing was heard for 1 s *");
  CHECK_FALSE(talker.ended);
  CHECK_FALSE(reader.ended);
}

TEST_CASE("what is no protocol of ours is closed with a reason in the log") {
  chat_world w;
  text_client& http = w.raw();
  http.send_raw("GET / HTTP/1.1\r\n\r\n");
  REQUIRE(w.until([&] { return http.ended; }));
  CHECK(w.until([&] { return w.logged("reason=not a protocol that is spoken here"); }));
}

namespace {

server_config impatient() {
  server_config config;
  config.limits.outbox_pause_bytes = 64 * 1024;
  config.limits.stall_time = 500ms;
  config.limits.close_time = 300ms;
  return config;
}

std::size_t said_by_bob(const text_client& c) {
  return static_cast<std::size_t>(std::count_if(
      c.lines.begin(), c.lines.end(), [](const auto& l) { return l.starts_with("bob: "); }));
}

} // namespace

TEST_CASE("a reader that does not read at all is closed after a while, and the others go on") {
  chat_world w(impatient());
  text_client& alice = w.join("alice");
  text_client& bob = w.join("bob");
  text_client& stuck = w.join("stuck");
  stuck.stop_reading();
  const std::string long_line(4000, 'x');
  std::size_t said = 0;
  REQUIRE(w.pass_until(1ms, [&] {
    if (said < 20'000 && alice.lines.size() + 16 > said) {
      bob.say(long_line);
      ++said;
    }
    return alice.has("* stuck left *");
  }));
  CHECK_FALSE(alice.ended);
  REQUIRE(w.pass_until(20ms, [&] {
    return w.server->stats().sessions == 2;
  })); // the end is bounded, though the client never answers
  CHECK(w.logged("nothing was read for"));
}

TEST_CASE("a reader that is stopped while less than much waits for it stays, and misses nothing") {
  server_config config;
  config.limits.stall_time = 300ms;
  config.limits.outbox_pause_bytes = 16 << 20;
  config.limits.outbox_bytes = 32 << 20;
  config.limits.outbox_total_bytes = 1 << 30;
  chat_world w(config);
  text_client& alice = w.join("alice");
  text_client& bob = w.join("bob");
  text_client& stopped = w.join("stopped");
  stopped.stop_reading();
  const std::string long_line(4'000, 'x');
  constexpr std::size_t lines = 4'000; // more than both sockets take
  std::size_t said = 0;
  REQUIRE(w.until([&] {
    for (; said < lines && said_by_bob(alice) + 64 > said; ++said)
      bob.say(long_line);
    return said_by_bob(alice) == lines;
  }));
  w.pass(5 * config.limits.stall_time);
  stopped.go_on_reading();
  CHECK(w.until([&] { return stopped.ended || said_by_bob(stopped) == lines; }));
  CHECK_FALSE(stopped.ended);
}

TEST_CASE("a reader that is slow but steady is not closed") {
  server_config config = impatient();
  config.limits.stall_time = 2s;
  chat_world w(config);
  text_client& alice = w.join("alice");
  text_client& bob = w.join("bob");
  text_client& slow = w.join("slow");
  slow.stop_reading();
  const std::string long_line(4'000, 'x');
  std::size_t said = 0;
  const steady_time start = w.time.now();
  // Each time it reads less than is said.
  for (; !slow.ended && w.time.now() - start < 6s; w.pass(20ms)) {
    for (int n = 0; n < 6; ++n, ++said)
      bob.say(long_line);
    REQUIRE(w.until([&] { return said_by_bob(alice) == said; }));
    slow.go_on_reading();
    slow.stop_reading(); // after one read
  }
  CHECK_FALSE(w.logged("nothing was read for"));
  CHECK_FALSE(slow.ended);
  CHECK(said_by_bob(slow) < said_by_bob(alice)); // the slow one had something to read all the time
}

TEST_CASE("C57: a reader that pauses is fed from the log and gets every line in order, others do "
          "not wait") {
  server_config config = impatient();
  config.limits.stall_time = 30s;
  chat_world w(config);
  text_client& alice = w.join("alice");
  text_client& bob = w.join("bob");
  text_client& slow = w.join("slow");
  slow.stop_reading();
  // The sockets and the outbox hold less than this, the log holds more.
  constexpr std::size_t all = 1'800;
  const auto line = [](std::size_t n) { return std::to_string(n) + std::string(4'000, 'x'); };
  std::size_t said = 0;
  REQUIRE(w.until([&] {
    if (said < all && said_by_bob(alice) + 16 > said) bob.say(line(said++));
    return said_by_bob(alice) == all;
  }));
  CHECK_FALSE(slow.ended);
  slow.go_on_reading();
  REQUIRE(w.until([&] { return said_by_bob(slow) == all; }));
  std::size_t next = 0;
  for (const std::string& l : slow.lines) {
    if (l.starts_with("bob: ")) REQUIRE(l == "bob: " + line(next++));
  }
  bob.say("live again");
  REQUIRE(w.until([&] { return slow.has("bob: live again"); }));
}

TEST_CASE("C21 C53: stopping says goodbye to everybody and is bounded") {
  server_config config;
  config.limits.drain_time = 1h; // no client makes the server wait
  chat_world w(config);
  text_client& alice = w.join("alice");
  asio::ip::tcp::socket silent(w.context); // it is in its handshake, so there is no goodbye
  silent.connect(w.at);
  REQUIRE(w.until([&] { return w.server->stats().sessions == 2; }));
  bool stopped = false;
  w.server->async_stop([&](error_code e) {
    CHECK_FALSE(e);
    stopped = true;
  });
  REQUIRE(w.until([&] { return alice.ended; }));
  w.pass(config.limits.close_time + 250ms); // the clients do not close, having heard the end
  CHECK(stopped);
  CHECK(alice.lines.back() == "* the server is going down *");
  CHECK(alice.end_reason == asio::error::eof);
  asio::ip::tcp::socket late(w.context);
  error_code refused_now;
  late.connect(w.at, refused_now);
  CHECK(refused_now == asio::error::connection_refused);
}

TEST_CASE("a client that goes on sending hears the goodbye and the end of TLS, not a reset") {
  server_config config;
  config.limits.close_time = 30s; // sanitizers need some of them
  chat_world w(config);
  text_client& alice = w.join("alice");
  alice.stop_reading();
  alice.send_raw(std::string("\x00\x80\x00\x00", 4) + std::string(16u << 20, 'x'));
  // The server reads as long as there is something to send; then it waits for alice to close.
  REQUIRE(w.until([&] { return alice.sent_all(); }));
  CHECK(w.server->stats().sessions == 1);
  alice.go_on_reading();
  REQUIRE(w.until([&] { return alice.ended; }));
  CHECK(alice.end_reason == asio::error::eof);
  CHECK(alice.lines.back() == "* message too large: at most 8192 bytes *");
  alice.vanish();
  REQUIRE(w.until([&] { return w.server->stats().sessions == 0; }));
}

TEST_CASE("C21: stopping is bounded though a client never answers the goodbye") {
  server_config config;
  config.limits.close_time = 400ms;
  config.limits.drain_time = 600ms;
  chat_world w(config);
  text_client& mute = w.join("mute");
  mute.stop_reading();
  bool stopped = false;
  w.server->async_stop([&](error_code) { stopped = true; });
  w.pass(1s);
  CHECK(stopped);
  // The server leaves no work behind that keeps the program running.
  mute.vanish();
  w.context.restart();
  w.context.run_for(patience);
  CHECK(w.context.stopped());
}

TEST_CASE("a server can be destroyed with everything under way") {
  for (int i = 0; i < 5; ++i) {
    chat_world w;
    text_client& alice = w.join("alice");
    text_client& bob = w.join("bob");
    asio::ip::tcp::socket silent(w.context);
    silent.connect(w.at);
    for (int n = 0; n < 50; ++n)
      bob.say("line");
    w.context.restart();
    for (int n = 0; n < 20 * i; ++n)
      w.context.poll_one();
    w.server.reset();
    REQUIRE(w.until([&] { return alice.ended; }));
  }
}

TEST_CASE("C3: a port can be bound again at once") {
  asio::ip::tcp::endpoint at;
  asio::io_context context;
  {
    chat_world w;
    w.join("alice");
    at = w.at;
  }
  server_config config;
  config.tls = server_tls();
  server again(context, config);
  CHECK(again.listen("127.0.0.1", at.port()).port() == at.port());
}

TEST_CASE("C6: an address that is taken is one clear sentence") {
  chat_world w;
  server_config config;
  config.tls = server_tls();
  server second(w.context, config);
  try {
    second.listen("127.0.0.1", w.at.port());
    FAIL("bound twice");
  } catch (const error& e) {
    CHECK(std::string(e.what()) ==
          "cannot listen on 127.0.0.1:" + std::to_string(w.at.port()) + ": Address already in use");
  }
}
