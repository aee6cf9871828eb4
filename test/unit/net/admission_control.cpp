#include "net/admission_control.hpp"

#include "support/catch.hpp"
#include "testing/manual_clock.hpp"

#include <algorithm>
#include <deque>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace asio_chat;
using namespace std::chrono_literals;
using net::admission_control;
using net::offence;
using net::refused_for;

namespace {

struct world;

struct connection final : net::stranger {
  explicit connection(world& w)
      : in(w) {}
  void give_way() override;

  world& in;
  bool gone = false;
};

struct world {
  explicit world(const admission_limits& l = {})
      : limits(l) {}
  ~world() {
    for (connection& c : all)
      end(c);
  }

  /// None: it was refused, and `why` says what for.
  connection* come(const std::string& from) {
    const auto address = boost::asio::ip::make_address(from);
    why = control.knock(address);
    if (why != refused_for::nothing) return nullptr;
    control.enter(all.emplace_back(*this), address);
    return &all.back();
  }
  /// How many of so many come in, each from an address of its own in a network.
  int come_in(int number, const std::string& network) {
    int in = 0;
    for (int i = 1; i <= number; ++i)
      in += come(network + std::to_string(i)) != nullptr ? 1 : 0;
    return in;
  }
  void end(connection& c, offence did = offence::none) {
    if (!std::exchange(c.gone, true)) control.leave(c, did);
  }

  admission_limits limits;
  testing::manual_clock clock;
  server_counters counters;
  double chance = 0.999;
  admission_control control{limits, clock, counters, [this] { return chance; }};
  std::deque<connection> all;
  refused_for why = refused_for::nothing;
};

void connection::give_way() {
  in.end(*this);
}

/// Without any limit but those that a test sets.
admission_limits none() {
  admission_limits l;
  l.strangers = l.handshakes = l.per_address = l.per_network = 0;
  l.bytes = std::size_t{1} << 40;
  l.longest_penalty = 0ms;
  return l;
}

} // namespace

TEST_CASE("admission: an address has so many strangers, and more when one has logged in or gone") {
  admission_limits l = none();
  l.per_address = 2;
  world w(l);
  connection* first = w.come("192.0.2.1");
  connection* second = w.come("192.0.2.1");
  REQUIRE((first && second));
  CHECK(w.come("192.0.2.1") == nullptr);
  CHECK(w.why == refused_for::address);
  CHECK(w.counters.refused_addresses == 1);
  CHECK(w.come("192.0.2.2") != nullptr);
  w.end(*first);
  CHECK(w.come("192.0.2.1") != nullptr);
  CHECK(w.come("192.0.2.1") == nullptr);
  CHECK(w.control.strangers() == 3);
  CHECK(w.counters.refused_addresses == 2);
}

TEST_CASE("admission: a /64 of IPv6 is one address") {
  admission_limits l = none();
  l.per_address = 1;
  world w(l);
  CHECK(w.come("2001:db8::1") != nullptr);
  CHECK(w.come("2001:db8::2") == nullptr);
  CHECK(w.come("2001:db8:0:1::1") != nullptr);
}

TEST_CASE("admission: a network has so many strangers, whatever their addresses") {
  admission_limits l = none();
  l.per_network = 3;
  world w(l);
  CHECK(w.come_in(10, "192.0.2.") == 3);
  CHECK(w.why == refused_for::network);
  CHECK(w.counters.refused_networks == 7);
  CHECK(w.come_in(10, "192.0.3.") == 3);
  CHECK(w.come_in(10, "2001:db8:0:1::") == 3);
  CHECK(w.come("2001:db8:0:2::1") == nullptr); // the same /56
  CHECK(w.come("2001:db8:0:100::1") != nullptr);
}

TEST_CASE("admission: on the way to the limit more and more are refused at random") {
  admission_limits l = none();
  l.strangers = 100;
  world w(l);
  w.chance = 0;                           // whoever may be refused is
  CHECK(w.come_in(200, "10.0.0.") == 51); // 50, and one more at a probability of nothing
  CHECK(w.why == refused_for::early);
  w.chance = 0.5;
  CHECK(w.come_in(200, "10.0.0.") == 25); // beyond 75 it is more than a half
  CHECK(w.counters.refused_early == 149 + 175);
  CHECK(w.come("10.9.0.1") != nullptr); // the first of a network
  w.chance = 0.999;
  CHECK(w.come_in(200, "10.0.0.") == 23);
  CHECK(w.control.strangers() == 100);
  CHECK(w.why == refused_for::strangers);
}

TEST_CASE("admission: at the limit the network with the most makes place for one with less") {
  admission_limits l = none();
  l.strangers = 10;
  world w(l);
  CHECK(w.come_in(20, "10.0.0.") == 10);
  CHECK(w.come("10.0.1.1") != nullptr);
  CHECK(w.all.front().gone); // the oldest
  CHECK(w.counters.displaced == 1);
  CHECK(w.control.strangers() == 10);
  CHECK(w.come_in(20, "10.0.1.") == 4); // until they have as many
  CHECK(w.control.strangers() == 10);
  CHECK(w.come("10.0.0.1") == nullptr);
  CHECK(w.why == refused_for::strangers);
}

TEST_CASE("admission: one stranger of each of very many networks keeps nobody else out") {
  admission_limits l = none();
  l.strangers = 16;
  world w(l);
  const auto come_from = [&](int network) {
    return w.come("10.0." + std::to_string(network) + ".1");
  };
  for (int i = 0; i < 16; ++i)
    REQUIRE(come_from(i));
  CHECK(w.control.begin_handshake(w.all[0]) == refused_for::nothing);
  // One that has said nothing gives way, the longest silent one first.
  REQUIRE(come_from(100));
  CHECK_FALSE(w.all[0].gone);
  CHECK(w.all[1].gone);
  REQUIRE(come_from(101));
  CHECK(w.all[2].gone);
  CHECK(w.counters.displaced == 2);
  CHECK(w.control.strangers() == 16);
  // A second one of a network that has one has to wait.
  CHECK(w.come("10.0.100.2") == nullptr);
  CHECK(w.why == refused_for::strangers);
  // If all have begun, chance decides.
  for (connection& c : w.all)
    if (!c.gone) CHECK(w.control.begin_handshake(c) == refused_for::nothing);
  w.chance = 0.5;
  REQUIRE(come_from(102));
  CHECK(w.counters.displaced == 3);
  const auto gone = [](const connection& c) { return c.gone; };
  CHECK(std::ranges::count_if(w.all, gone) == 3);
  CHECK_FALSE(w.all.back().gone);
}

TEST_CASE("admission: handshakes of very many networks keep nobody else out") {
  admission_limits l = none();
  l.handshakes = 4;
  world w(l);
  for (int i = 0; i < 6; ++i)
    REQUIRE(w.come("10.0." + std::to_string(i) + ".1"));
  for (int i = 0; i < 4; ++i)
    CHECK(w.control.begin_handshake(w.all[static_cast<std::size_t>(i)]) == refused_for::nothing);
  w.chance = 0;
  CHECK(w.control.begin_handshake(w.all[4]) == refused_for::nothing);
  CHECK(w.all[0].gone);
  CHECK_FALSE(w.all[4].gone);
  CHECK(w.control.handshakes() == 4);
  w.chance = 0.999;
  CHECK(w.control.begin_handshake(w.all[5]) == refused_for::nothing);
  CHECK(w.all[4].gone); // chance, again
  CHECK(w.control.handshakes() == 4);
}

TEST_CASE("admission: a silent connection takes no handshake and no memory, a byte takes both") {
  admission_limits l = none();
  l.handshakes = 2;
  world w(l);
  connection* one = w.come("10.0.0.1");
  connection* two = w.come("10.0.0.2");
  connection* three = w.come("10.0.0.3");
  CHECK(w.control.handshakes() == 0);
  CHECK(w.control.begin_handshake(*one) == refused_for::nothing);
  CHECK(w.control.begin_handshake(*two) == refused_for::nothing);
  CHECK(w.control.begin_handshake(*three) == refused_for::handshakes);
  CHECK(w.counters.refused_handshakes == 1);
  w.control.end_handshake(*two);
  CHECK(w.control.begin_handshake(*three) == refused_for::nothing);
  connection* other = w.come("10.0.1.1");
  CHECK(w.control.begin_handshake(*other) == refused_for::nothing);
  CHECK(one->gone); // for a network that has none
  CHECK(w.control.handshakes() == 2);
}

TEST_CASE("admission: strangers take so many bytes, until they log in") {
  admission_limits l = none();
  l.bytes = 2 * admission_control::bytes_each;
  world w(l);
  connection* one = w.come("10.0.0.1");
  connection* two = w.come("10.0.0.2");
  connection* three = w.come("10.0.0.3");
  CHECK(w.control.begin_handshake(*one) == refused_for::nothing);
  CHECK(w.control.begin_handshake(*two) == refused_for::nothing);
  w.control.end_handshake(*one);
  CHECK(w.control.begin_handshake(*three) == refused_for::memory);
  CHECK(w.counters.refused_memory == 1);
  w.end(*one);
  CHECK(w.control.begin_handshake(*three) == refused_for::nothing);
}

TEST_CASE("admission: an address that misbehaves is refused for a while") {
  admission_limits l = none();
  l.longest_penalty = 10min;
  world w(l);
  for (int i = 0; i < 3; ++i)
    w.end(*w.come("10.0.0.1"), offence::login);
  CHECK(w.come("10.0.0.1") == nullptr);
  CHECK(w.why == refused_for::penalty);
  CHECK(w.counters.refused_penalties == 1);
  CHECK(w.counters.penalties == 1);
  CHECK(w.come("10.0.0.2") != nullptr);
  w.clock.advance(15s);
  CHECK(w.come("10.0.0.1") != nullptr);
}

TEST_CASE("admission: loopback has no limits unless it is given them") {
  admission_limits l = none();
  l.per_address = 1;
  world free(l);
  CHECK(free.come("127.0.0.1") != nullptr);
  CHECK(free.come("127.0.0.1") != nullptr);
  CHECK(free.come("::1") != nullptr);
  CHECK(free.control.strangers() == 0);
  CHECK(free.control.begin_handshake(free.all.front()) == refused_for::nothing);
  CHECK(free.control.handshakes() == 0);
  l.loopback = true;
  world limited(l);
  CHECK(limited.come("127.0.0.1") != nullptr);
  CHECK(limited.come("127.0.0.1") == nullptr);
}

TEST_CASE("admission: zero switches each limit off") {
  world w(none());
  CHECK(w.come_in(250, "10.0.0.") == 250);
  for (connection& c : w.all)
    CHECK(w.control.begin_handshake(c) == refused_for::nothing);
  CHECK(w.control.handshakes() == 250);
}

TEST_CASE("admission: each limit is lifted while strangers wait") {
  const auto lifts = [](auto limit, auto to, refused_for why, auto meets) {
    admission_limits l = none();
    l.*limit = to;
    world w(l);
    CHECK(meets(w) == why);
    CHECK(meets(w) == why);
    w.limits.*limit = none().*limit;
    CHECK(meets(w) == refused_for::nothing);
  };
  const auto comes_from = [](const char* address) {
    return [address, first = true](world& w) mutable {
      if (std::exchange(first, false)) REQUIRE(w.come(address));
      w.come(address);
      return w.why;
    };
  };
  using limits = admission_limits;
  lifts(&limits::per_address, 1u, refused_for::address, comes_from("10.0.0.1"));
  lifts(&limits::per_network, 1u, refused_for::network, comes_from("10.0.0.1"));
  lifts(&limits::strangers, 1u, refused_for::strangers, comes_from("10.0.0.1"));
  const auto begins = [](world& w) {
    if (w.all.empty()) {
      REQUIRE(w.come("10.0.0.1"));
      REQUIRE(w.control.begin_handshake(w.all.front()) == refused_for::nothing);
    }
    REQUIRE(w.come("10.0.0.2"));
    return w.control.begin_handshake(w.all.back());
  };
  lifts(&limits::handshakes, 1u, refused_for::handshakes, begins);
  lifts(&limits::bytes, admission_control::bytes_each, refused_for::memory, begins);
  lifts(&limits::longest_penalty, 10min, refused_for::penalty, [](world& w) {
    if (w.all.empty())
      for (int i = 0; i < 3; ++i)
        w.end(*w.come("10.0.0.1"), offence::login);
    w.come("10.0.0.1");
    return w.why;
  });
}

TEST_CASE("admission: an operator sees what is used, what was refused, and who has to wait") {
  admission_limits l;
  l.strangers = 0;
  l.per_address = 2;
  world w(l);
  REQUIRE(w.come("192.0.2.1"));
  REQUIRE(w.come("192.0.2.1"));
  CHECK_FALSE(w.come("192.0.2.1"));
  for (int i = 0; i < 2; ++i)
    w.end(*w.come("2001:db8::7"), offence::deadline);
  w.counters.failed_handshakes = 1;
  w.counters.late_logins = 2;
  w.counters.silent_ends = 3;
  w.counters.slow_readers = 4;
  w.counters.broken_protocols = 5;
  w.counters.turned_away = 6;
  w.counters.refused_proxies = 7;
  const std::vector<std::string> lines = w.control.describe();
  REQUIRE(lines.size() == 5);
  CHECK(lines[0] ==
        "not logged in: 2 (no limit; of an address at most 2, of a network at most 32); "
        "none of these limits hold for loopback addresses");
  CHECK(lines[1] ==
        "TLS handshakes under way: 0 (at most 256); memory of all of these: 0 of 24 MiB");
  CHECK(lines[2].starts_with("refused so far: by address 1, by network 0"));
  CHECK(lines[2].ends_with("of proxies without a PROXY header 7; gave way to others 0"));
  CHECK(lines[3] ==
        "ended so far: handshakes that failed 1, logins that came too late 2, silent 3, "
        "slow readers 4, bytes of no protocol 5; no room for 6");
  CHECK(lines[4] == "addresses that have misbehaved and are refused: 1: 2001:db8::/64 for 15 s");
}

TEST_CASE("admission: who gives way is who would be found by looking at all of them") {
  admission_limits l = none();
  l.strangers = 24;
  l.handshakes = 10;
  world w(l);
  std::mt19937 any(18);
  const auto below = [&any](std::size_t n) { return any() % n; };
  std::vector<std::pair<int, bool>> known; // network and whether it works, by its place in `all`
  const auto here = [&](std::size_t i, bool working) {
    return !w.all[i].gone && (!working || known[i].second);
  };
  const auto count = [&](int network, bool working) {
    std::size_t n = 0;
    for (std::size_t i = 0; i < known.size(); ++i)
      n += known[i].first == network && here(i, working) ? 1u : 0u;
    return n;
  };
  const auto total = [&](bool working) {
    std::size_t n = 0;
    for (std::size_t i = 0; i < known.size(); ++i)
      n += here(i, working) ? 1u : 0u;
    return n;
  };
  // Those one of whom has to go for one more of this network.
  const auto candidates = [&](int network, bool working) {
    const std::size_t own = count(network, working);
    int most = 0;
    for (int n = 0; n < 40; ++n)
      if (count(n, working) > count(most, working)) most = n;
    std::vector<std::size_t> found;
    const bool takes_from_most = count(most, working) >= own + 2;
    if (!takes_from_most && own > 0) return found;
    for (std::size_t i = 0; i < known.size(); ++i)
      if (here(i, working) && (!takes_from_most || known[i].first == most)) found.push_back(i);
    const auto silent =
        std::ranges::find_if(found, [&](std::size_t i) { return !known[i].second; });
    if (takes_from_most)
      found.resize(1);
    else if (!working && silent != found.end())
      found = {*silent};
    return found;
  };
  std::size_t drawn = 0;
  for (int step = 0; step < 4'000; ++step) {
    const bool comes = below(3) == 0;
    const std::size_t i = known.empty() ? 0 : below(known.size());
    if (!comes && (known.empty() || w.all[i].gone || (known[i].second && below(4) != 0))) continue;
    if (!comes && known[i].second) {
      w.end(w.all[i]);
      continue;
    }
    const int network = comes ? static_cast<int>(below(step % 400 < 200 ? 40 : 4)) : known[i].first;
    const bool full = total(!comes) >= (comes ? l.strangers : l.handshakes);
    const auto may_go = full ? candidates(network, !comes) : std::vector<std::size_t>();
    std::vector<bool> before;
    for (const connection& c : w.all)
      before.push_back(c.gone);
    w.chance = static_cast<double>(below(1'000)) / 1'000;
    const auto why = comes ? (w.come("10.0." + std::to_string(network) + ".1"), w.why)
                           : w.control.begin_handshake(w.all[i]);
    const bool in = why == refused_for::nothing;
    if (why == refused_for::early) continue;
    REQUIRE(in == (!full || !may_go.empty()));
    std::vector<std::size_t> gone;
    for (std::size_t n = 0; n < before.size(); ++n)
      if (w.all[n].gone != before[n]) gone.push_back(n);
    REQUIRE(gone.size() == (full && in ? 1u : 0u));
    if (!gone.empty()) REQUIRE(std::ranges::count(may_go, gone.front()) == 1);
    drawn += may_go.size() > 1 ? 1u : 0u;
    if (comes && in) known.emplace_back(network, false);
    if (!comes && in) known[i].second = true;
    if (!comes && !in) w.end(w.all[i]);
    REQUIRE(w.control.strangers() == total(false));
  }
  CHECK(drawn > 20);
  CHECK(w.counters.displaced > 100);
}
