#include "net/refusal_log.hpp"

#include "support/catch.hpp"
#include "testing/manual_clock.hpp"

#include <string>
#include <vector>

using namespace asio_chat;
using namespace std::chrono_literals;
using net::refusal;

namespace {

using lines = std::vector<std::string>;

struct world {
  lines warnings;
  lines details; ///< at debug level
  testing::manual_clock clock;
  logger log{[this](severity s, std::string_view message, std::span<const log_field> fields) {
    std::string line(message);
    for (const log_field& f : fields)
      line += " " + std::string(f.name) + "=" + f.value;
    CHECK((s == severity::warning || s == severity::debug));
    (s == severity::warning ? warnings : details).push_back(std::move(line));
  }};
  server_counters counters;
  lines alarms;
  net::refusal_log refusals{log, clock, counters,
                            [this](std::string what) { alarms.push_back(std::move(what)); }};

  void refuse(const std::string& address, const std::string& reason = "not TLS") {
    refusals.add(refusal::handshake, address, reason);
  }
  lines told_after(std::chrono::milliseconds t) {
    warnings.clear();
    clock.advance(t);
    refusals.visit();
    return warnings;
  }
};

} // namespace

TEST_CASE("refusals: the first is a warning with address and reason, of whichever kind") {
  world w;
  w.refuse("192.0.2.1:4000");
  w.refusals.add(refusal::certificate, "[2001:db8::1]:4001", "it is on the list");
  w.refusals.add(refusal::connection, "192.0.2.1:4002", "an alert");
  w.refusals.add(refusal::login, "192.0.2.1:4003", "no such account");
  CHECK(w.warnings ==
        lines{"SSL Error: handshake with 192.0.2.1:4000 failed reason=not TLS",
              "Client certificate of [2001:db8::1]:4001 refused reason=it is on the list",
              "SSL Error: connection with 192.0.2.1:4002 failed reason=an alert",
              "Login from 192.0.2.1:4003 refused reason=no such account"});
  CHECK(w.told_after(10min).empty());
  CHECK(w.counters.failed_handshakes == 1);
  CHECK(w.counters.refused_certificates == 1);
  CHECK(w.counters.broken_connections == 1);
  CHECK(w.counters.wrong_passwords == 1);
}

TEST_CASE("refusals: a thousand of one host are two lines, the second a count") {
  world w;
  for (int i = 0; i < 1000; ++i)
    w.refuse("192.0.2.1:" + std::to_string(1000 + i));
  CHECK(w.warnings == lines{"SSL Error: handshake with 192.0.2.1:1000 failed reason=not TLS"});
  CHECK(w.counters.failed_handshakes == 1000);
  REQUIRE(w.details.size() == 999);
  CHECK(w.details.back() == "SSL Error: handshake with 192.0.2.1:1999 failed reason=not TLS");
  CHECK(w.told_after(59s).empty());
  CHECK(w.told_after(1s) ==
        lines{"SSL Error: handshake with 192.0.2.1 failed again reason=not TLS times=999"});
  CHECK(w.told_after(10min).empty());
}

TEST_CASE("refusals: a line a minute of those that go on, and a new warning after a pause") {
  world w;
  std::size_t told = 0;
  for (int second = 0; second < 600; ++second) {
    w.refuse("192.0.2.1:4000");
    told += w.warnings.size();
    w.warnings.clear();
    w.clock.advance(1s);
  }
  CHECK(told == 10);
  CHECK(w.told_after(60s).size() == 1);
  CHECK(w.told_after(60s).empty());
  w.refuse("192.0.2.1:4001");
  CHECK(w.warnings.size() == 1);
}

TEST_CASE("refusals: another host and another reason are told at once") {
  world w;
  w.refuse("192.0.2.1:4000");
  w.refuse("192.0.2.2:4000");
  w.refuse("192.0.2.1:4001", "no shared TLS version");
  w.refusals.add(refusal::connection, "192.0.2.1:4002", "not TLS");
  CHECK(w.warnings.size() == 4);
  CHECK(w.details.empty());
}

TEST_CASE("refusals: many hosts at once share one count, and what is remembered is bounded") {
  world w;
  const auto host = [](std::size_t i) {
    return "10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250) + ":4000";
  };
  const std::size_t all = net::refusal_log::max_known + 1000;
  for (std::size_t i = 0; i < all; ++i)
    w.refuse(host(i));
  CHECK(w.warnings.size() == net::refusal_log::max_known);
  CHECK(w.details.size() == 1000);
  CHECK(w.told_after(60s) == lines{"Connections of further addresses were refused times=1000"});
  // Their minutes are over: there is room again.
  w.warnings.clear();
  w.refuse(host(all));
  CHECK(w.warnings.size() == 1);
}

TEST_CASE("refusals: at the end what was counted is told") {
  world w;
  w.refuse("192.0.2.1:4000");
  w.refuse("192.0.2.1:4001");
  w.refuse("192.0.2.2:4000");
  w.warnings.clear();
  w.refusals.finish();
  CHECK(w.warnings ==
        lines{"SSL Error: handshake with 192.0.2.1 failed again reason=not TLS times=1"});
}

TEST_CASE("refusals: operators hear of those who are turned away or guess, once and as a count") {
  world w;
  for (int i = 0; i < 5; ++i)
    w.refusals.add(refusal::turned_away, "192.0.2.7:" + std::to_string(i), "too many");
  w.refusals.add(refusal::login, "192.0.2.8:1", "wrong password");
  w.refuse("192.0.2.9:1"); // of no handshake: that is for the log
  CHECK(w.alarms == lines{"Connection from 192.0.2.7 refused: too many",
                          "Login from 192.0.2.8 refused: wrong password"});
  w.told_after(60s);
  CHECK(w.alarms.back() == "Connection from 192.0.2.7 refused: too many, 4 more times in a minute");
  CHECK(w.alarms.size() == 3);
}
