// Limits that operators change while the server runs.
#include "support/catch.hpp"
#include "testing/manual_time.hpp"
#include "unit/domain/kept_facts.hpp"
#include "unit/domain/moderated_world.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace asio_chat;
using namespace asio_chat::test;
using namespace std::chrono_literals;

namespace {

struct limit_world : moderated_world {
  explicit limit_world(kept_facts& facts, run_time_limits l = {}, bool beyond_loopback = true)
      : moderated_world(without_history(), {}, &facts) {
    hub.limit(l, time, beyond_loopback);
  }
  std::string value(std::string_view name) {
    return find_run_time_limit(name)->show(hub.limiter().now());
  }
  heard said_in(std::string_view room) {
    heard all;
    memory.read(std::string(room), {}, [&](const auto& p) {
      for (const auto& r : p.value().entries)
        all.push_back(r.what.text);
    });
    run();
    return all;
  }

  boost::asio::io_context context;
  testing::manual_time& time = testing::manual_time::of(context);
};

} // namespace

TEST_CASE(
    "/limits set changes a limit at once, is noted, and holds after a restart until it is reset") {
  kept_facts facts;
  {
    limit_world w(facts);
    person& op = w.known("olga", role::op);
    CHECK(w.say(op, "/limits set rate-messages 9/10s") ==
          lines{"rate-messages is 9/10s from now on, also after a restart; it was 20/4s, and 20/4s "
                "by configuration"});
    CHECK(w.said_in("audit").back() == "olga has set rate-messages to 9/10s (20/4s before)");
    CHECK(w.said_in("alarms").back() == "olga has set rate-messages to 9/10s (20/4s before)");
    person& alice = w.come("alice");
    for (int i = 0; i < 10; ++i)
      w.type(alice, "line " + std::to_string(i), "lobby");
    CHECK(alice.ear.held);
    const lines all = w.say(op, "/limits");
    CHECK(std::ranges::count(all, "rate-messages = 9/10s (set by olga, 20/4s by configuration)") ==
          1);
    CHECK(std::ranges::count(all, "rate-joins = 100/20s") == 1);
    CHECK(std::ranges::any_of(all, [](const std::string& line) {
      return line.starts_with("read more slowly now: 1: alice for") &&
             line.find("(more than 9 messages in 10 s)") != std::string::npos;
    }));
  }
  run_time_limits other;
  other.rates.messages = {7, 1s};
  limit_world again(facts, other);
  again.identities = 100; // others than before
  CHECK(again.value("rate-messages") == "9/10s");
  person& op = again.known("otto", role::op);
  CHECK(again.say(op, "/limits reset rate-messages") ==
        lines{"rate-messages is 7/1s from now on, also after a restart; it was 9/10s, and 7/1s by "
              "configuration"});
  CHECK(again.said_in("audit").back() == "otto has reset rate-messages to 7/1s (9/10s before)");
  limit_world last(facts);
  CHECK(last.value("rate-messages") == "20/4s");
}

TEST_CASE("/limits set and reset are for operators of the server, and say what is wrong") {
  kept_facts facts;
  limit_world w(facts);
  person& alice = w.known("alice");
  person& op = w.known("olga", role::op);
  CHECK(w.say(alice, "/limits set rate-messages 0") ==
        lines{"you may not change limits of the server here"});
  CHECK(w.say(alice, "/limits reset rate-messages") ==
        lines{"you may not change limits of the server here"});
  CHECK(w.say(alice, "/limits").front().starts_with("20 messages in 4 s, "));
  CHECK(w.say(op, "/limits set rate-messages often") ==
        lines{"\"often\" is not a rate; give for example 20/4s, 256k/4s, or 0 for none"});
  CHECK(w.say(op, "/limits set rate-messages") ==
        lines{"VALUE is missing; rate-messages is 20/4s now"});
  CHECK(w.say(op, "/limits set max-rooms 3")
            .front()
            .starts_with("max-rooms is no limit that can be changed while the server runs; those "
                         "are: rates, "));
  CHECK(w.say(op, "/limits set") == lines{"NAME is missing; usage: /limits set NAME VALUE"});
  CHECK(w.say(op, "/limits reset") == lines{"NAME is missing; usage: /limits reset NAME"});
  CHECK(w.say(op, "/limits change rates on").front() ==
        "change is neither set nor reset; usage: /limits set NAME VALUE, /limits reset NAME");
  CHECK(w.say(op, "/limits reset rates off") ==
        lines{"/limits reset takes a NAME and no more; usage: /limits reset NAME"});
  CHECK(w.say(op, "/limits reset rates") == lines{"rates is as it is configured, auto"});
  CHECK(facts.facts.size() == std::size_t(std::ranges::count_if(facts.facts, [](const fact& f) {
          return f.kind != fact_kind::limit;
        })));
}

TEST_CASE("a limit that could not be kept is not changed") {
  kept_facts facts;
  limit_world w(facts);
  person& op = w.known("olga", role::op);
  facts.fails = true;
  CHECK(w.say(op, "/limits set rate-messages 2/10s") == lines{"the disk is full"});
  CHECK(w.value("rate-messages") == "20/4s");
}

TEST_CASE("rates and settings against abuse go on and off while members are held") {
  kept_facts facts;
  limit_world w(facts);
  person& op = w.known("olga", role::op);
  w.say(op, "/limits set rate-messages 1/10s");
  person& alice = w.come("alice");
  w.type(alice, "one", "lobby");
  w.type(alice, "two", "lobby");
  REQUIRE(alice.ear.held);
  w.say(op, "/limits set rates off");
  w.time.advance(10s); // what was begun ends by itself
  CHECK_FALSE(alice.ear.held);
  for (int i = 0; i < 10; ++i)
    w.type(alice, "more " + std::to_string(i), "lobby");
  CHECK_FALSE(alice.ear.held);
  CHECK(w.say(op, "/limits").front().starts_with("no rates are on"));
  w.say(op, "/limits set rates on");
  w.type(alice, "again", "lobby");
  w.type(alice, "and again", "lobby");
  CHECK(alice.ear.held);
  w.say(op, "/limits set abuse off");
  CHECK(w.value("abuse") == "off");
}

TEST_CASE("limits that are on by themselves are so beyond loopback alone") {
  kept_facts facts;
  limit_world w(facts, {}, false);
  CHECK_FALSE(w.hub.limiter().is_on());
  w.hub.limiter().listens_beyond_loopback();
  CHECK(w.hub.limiter().is_on());
  CHECK(w.hub.limiter().rates() != nullptr);
}

TEST_CASE("an operator who changes a limit waits for no rate") {
  kept_facts facts;
  limit_world w(facts);
  person& op = w.known("olga", role::op);
  w.say(op, "/limits set rate-messages 1/10s");
  for (int i = 0; i < 20; ++i)
    w.say(op, "/limits set rate-joins " + std::to_string(i + 1) + "/1s");
  CHECK_FALSE(op.ear.held);
  CHECK(w.value("rate-joins") == "20/1s");
}
