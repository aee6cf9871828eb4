// Every limit that can be set while the server runs: met, exceeded, told, and lifted by /limits.
#include "support/catch.hpp"
#include "testing/manual_time.hpp"
#include "unit/domain/moderated_world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

using namespace asio_chat;
using namespace asio_chat::test;
using namespace std::chrono_literals;

namespace {

struct each_world : moderated_world {
  each_world() {
    run_time_limits l;
    l.rates.when = l.abuse.when = rate_limits::use::always;
    rate_limits& r = l.rates;
    r.messages = r.bytes = r.searches = r.history = r.joins = r.renames = r.registrations = {};
    r.times_per_address = 0;
    l.abuse.repeats = l.abuse.receivers = l.abuse.newcomer_messages = l.abuse.names = {};
    l.abuse.mentions = l.abuse.guest_rooms = 0;
    l.abuse.guest_room_age = 0ms;
    hub.limit(l, time, false);
  }
  void does(person& p, const std::string& line, const std::string& room = "lobby") {
    type(p, line, room, "r");
    run();
  }
  /// One more from the address of the first one who came.
  person& neighbour(const std::string& name) {
    hosts = 0;
    return come(name);
  }
  /// All that they were told since the last call, of refusals and of being read more slowly.
  std::string told(person& p) {
    std::string all;
    for (const refused& r : p.ear.all<refused>())
      all += r.message + '\n';
    for (const reply& r : p.ear.all<reply>())
      if (r.ref.empty() && r.command.empty())
        for (const std::string& line : r.lines)
          all += line + '\n';
    p.ear.events.clear();
    return all;
  }

  boost::asio::io_context context;
  testing::manual_time& time = testing::manual_time::of(context);
};

struct limit_case {
  std::string_view name;
  std::string_view value;
  int allowed;           ///< so many are carried out at once
  std::string_view told; ///< of the next one
  /// Alice does it, or somebody else from her address: for the n-th time. Who is told.
  person& (*act)(each_world& w, person& alice, int n);
  std::string_view besides = {}; ///< another limit that it takes
};

person& say(each_world& w, person& alice, int n) {
  w.does(alice, fmt::format("line {}", n));
  return alice;
}

const limit_case cases[] = {
    {"rate-messages", "2/10s", 2, "more than 2 messages in 10 s: you are read more slowly", say},
    {"rate-bytes", "1000/1s", 2, "you are read more slowly",
     [](each_world& w, person& alice, int) -> person& {
       w.does(alice, std::string(500, 'x'));
       return alice;
     }},
    {"rate-searches", "2/10s", 2, "more than 2 searches in 10 s",
     [](each_world& w, person& alice, int) -> person& {
       w.does(alice, "/search line");
       return alice;
     }},
    {"rate-history", "2/10s", 2, "in 10 s: you are read more slowly",
     [](each_world& w, person& alice, int) -> person& {
       w.does(alice, "/history 5");
       return alice;
     }},
    {"rate-joins", "2/10s", 2, "in 10 s: you are read more slowly",
     [](each_world& w, person& alice, int n) -> person& {
       w.does(alice, fmt::format("/join room{}", n));
       return alice;
     }},
    {"rate-renames", "2/1m", 2, "you may have 2 new names in 60 s; try again in 30 s",
     [](each_world& w, person& alice, int n) -> person& {
       w.does(alice, fmt::format("/nick name{}", n));
       return alice;
     }},
    {"rate-registrations", "2/1h", 2, "many accounts were made from your address; try again in",
     [](each_world& w, person&, int n) -> person& {
       person& p = w.neighbour(fmt::format("new{}", n));
       w.does(p, "/register correct-horse");
       return p;
     }},
    {"rate-address", "1", 2, "too much comes from your address",
     [](each_world& w, person&, int n) -> person& {
       return say(w, w.neighbour(fmt::format("new{}", n)), n);
     },
     "/limits set rate-messages 2/10s"},
    {"abuse-repeats", "2/1m", 2, "you have said this 2 times in 1 min; you may say it again in",
     [](each_world& w, person& alice, int) -> person& {
       w.does(alice, "the same");
       return alice;
     }},
    {"abuse-mentions", "1", 1, "this names more than 1 member",
     [](each_world& w, person& alice, int n) -> person& {
       w.does(alice, n == 0 ? "hi bob" : "hi bob and carol");
       return alice;
     }},
    {"abuse-receivers", "1/1m", 1, "you may write to another one in",
     [](each_world& w, person& alice, int n) -> person& {
       w.does(alice, n == 0 ? "/msg bob hi" : "/msg carol hi");
       return alice;
     }},
    {"abuse-names", "2/10m", 2, "your address has had 2 names in 10 min",
     [](each_world& w, person& alice, int n) -> person& {
       w.does(alice, fmt::format("/nick name{}", n));
       return alice;
     }},
    {"newcomer-messages", "2/1m", 2, "guests may say 2 things in 1 min in their first 5 min", say},
    {"newcomer-time", "3m", 2, "guests may say 2 things in 1 min in their first 3 min", say,
     "/limits set newcomer-messages 2/1m"},
    {"guest-rooms", "2", 2, "guests have opened 2 rooms, which is the most here",
     [](each_world& w, person& alice, int n) -> person& {
       w.does(alice, fmt::format("/join room{}", n));
       w.does(alice, "hello", fmt::format("room{}", n));
       return alice;
     }},
};

/// Those whose tests are elsewhere.
const std::set<std::string_view> elsewhere = {
    "rates", "abuse", // limits.cpp: rates and settings against abuse go on and off
    "guest-room-age", // guest_rooms.cpp: it tells nobody who is there
    // net/admission_control.cpp: each limit is lifted while strangers wait
    "max-strangers", "max-handshakes", "strangers-per-address", "strangers-per-network",
    "strangers-memory", "max-penalty"};

} // namespace

TEST_CASE("each limit of members is met, exceeded, told, and lifted while the server runs") {
  for (const limit_case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      each_world w;
      person& alice = w.come("alice"); // from the first address
      person& op = w.known("olga", role::op);
      w.come("bob");
      w.come("carol");
      if (!c.besides.empty()) w.say(op, c.besides);
      CHECK(w.say(op, fmt::format("/limits set {} {}", c.name, c.value))
                .front()
                .starts_with(fmt::format("{} is {} from now on", c.name, c.value)));
      w.settle();
      int n = 0;
      for (; n < c.allowed; ++n) {
        person& who = c.act(w, alice, n);
        CHECK(w.told(who).empty());
        CHECK_FALSE(who.ear.held);
      }
      const std::string told = w.told(c.act(w, alice, n++));
      CAPTURE(told);
      CHECK(told.find(c.told) != std::string::npos);
      w.say(op, fmt::format("/limits set {} 0", c.name));
      w.time.advance(11s); // what was begun ends by itself
      for (int again = 0; again < 3; ++again) {
        person& who = c.act(w, alice, n++);
        CHECK(w.told(who).empty());
        CHECK_FALSE(who.ear.held);
      }
    }
  }
}

TEST_CASE("no limit that can be set while the server runs is without a test") {
  for (const run_time_limit& row : run_time_limit_table()) {
    CAPTURE(row.name);
    const bool here = std::ranges::count(cases, row.name, &limit_case::name) == 1;
    CHECK(here != elsewhere.contains(row.name));
  }
}
