// What is kept of people, as a program of its time has left it: a fact of each kind.
#include "accounts/direct_facts.hpp"
#include "accounts/facts.hpp"
#include "accounts/read_book.hpp"
#include "accounts/self_facts.hpp"
#include "unit/journal/sqlite/golden_directory.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>

using namespace asio_chat;
using asio_chat::test::golden_directory;
using asio_chat::test::store_world;

namespace {

constexpr int kinds = 15;

wall_time hour(int n) {
  return wall_time(std::chrono::hours(n));
}

/// With all fields that there are, and as older programs wrote those that have got more since.
std::vector<fact> facts_of_each_kind() {
  const identity alice{0xa};
  const identity bob{0xb};
  account of_alice{alice, "alice", "$argon2id$a", role::owner, true, hour(1)};
  std::vector<fact> all{fact_of(account{bob, "bob", "$argon2id$b", role::member, false, hour(2)})};
  add_left_device(of_alice, {1});
  all.push_back(fact_of(of_alice));
  all.push_back(fact_of(device{{2}, alice, 3, hour(3), hour(4), "laptop"}));
  all.push_back(fact_of(device{{3}, alice, 4, hour(3), hour(5), "bot", 6}));
  room_facts room{"attic", {true, true, true, std::chrono::seconds(30)}};
  room.roles = {{alice, role::owner}, {bob, role::voice}};
  room.invited = {bob};
  room.pins = {{7, hour(6), 8, "bob", "alice"}};
  all.push_back(fact_of(room));
  room.name = "shed";
  room.opened_by_guest = true;
  all.push_back(fact_of(room));
  room.name = "den";
  room.key_hash = "$argon2id$k";
  room.max_entries = 700;
  room.max_age = std::chrono::hours(48);
  all.push_back(fact_of(room));
  ban out{1, ban::kind::out, "den", "Mallory", identity{9}, "mallory"};
  out.from = parse_network("192.0.2.0/24");
  out.until = hour(9);
  out.by = "alice";
  out.reason = "spam";
  out.made = hour(7);
  out.devices = {{5}};
  all.push_back(fact_of(out));
  all.push_back(fact_of(account_factor{alice, "secret", true, 5, {"hash", "another"}, hour(8)}));
  all.push_back(fact_of(invitation{"code", "alice", hour(10)}));
  all.push_back(fact_of(account_certificate{{4}, alice, 2, hour(11), "CN=alice", true}));
  direct_log two{{{{alice, true, {7, 3}}, {bob, false, {7, 2}}}}, hour(12)};
  all.push_back(fact_of(two));
  all.push_back(fact_of(account_wishes{alice, false, {{bob, "bob"}}}));
  all.push_back(fact_of(limit_choice{"rate-messages", "7", "alice", hour(13)}));
  all.push_back(fact_of(ignored_members{bob, {{alice, "alice"}}, {{"eve", "Eve"}}}));
  all.push_back(fact_of(farewell{{0xc}, "carol", {{0xc}, {6}}, hour(14)}));
  all.push_back(fact_of(displayed_name{alice, "Alice in Wonderland"}));
  all.push_back(fact_of(account_reads{bob, hour(15), {{"den", 7, 41}, {"lobby", 7, 3}}}));
  all.push_back(
      fact_of(app_password{{8}, alice, 6, "bot", true, {"den", "lobby"}, hour(16), hour(17)}));
  return all;
}

/// As the program of today keeps what it has read of it.
fact kept_again(const fact& f) {
  switch (f.kind) {
  case fact_kind::account:
    return fact_of(account_in(f));
  case fact_kind::device:
    return fact_of(device_in(f));
  case fact_kind::room:
    return fact_of(room_in(f));
  case fact_kind::ban:
    return fact_of(ban_in(f));
  case fact_kind::factor:
    return fact_of(factor_in(f));
  case fact_kind::invitation:
    return fact_of(invitation_in(f));
  case fact_kind::certificate:
    return fact_of(certificate_in(f));
  case fact_kind::direct_log:
    return fact_of(direct_log_in(f));
  case fact_kind::wishes:
    return fact_of(wishes_in(f));
  case fact_kind::limit:
    return fact_of(limit_in(f));
  case fact_kind::ignored:
    return fact_of(ignored_in(f));
  case fact_kind::farewell:
    return fact_of(farewell_in(f));
  case fact_kind::displayed:
    return fact_of(displayed_in(f));
  case fact_kind::reads:
    return fact_of(reads_in(f));
  case fact_kind::app_password:
    return fact_of(app_password_in(f));
  }
  return {};
}

std::vector<fact> sorted(std::vector<fact> all) {
  std::ranges::sort(all, {}, [](const fact& f) { return std::pair(f.kind, f.key); });
  return all;
}

/// A line each, in hexadecimal digits where bytes may be anything.
std::string lines_of(const std::vector<fact>& all) {
  const auto digits = [](const std::string& s) {
    return fmt::format("{:02x}", fmt::join(std::vector<std::uint8_t>(s.begin(), s.end()), ""));
  };
  std::string lines;
  for (const fact& f : all)
    lines += fmt::format("{} {} {}\n", static_cast<int>(f.kind), digits(f.key), digits(f.value));
  return lines;
}

} // namespace

TEST_CASE("what a program of its time has kept of people is read, and no field of it is lost") {
  golden_directory d("people_v1");
  for (int start = 0; start < 2; ++start) {
    const std::vector<fact> all = sorted(d.store().people());
    CHECK(lines_of(all) == d.beside("people.txt"));
    std::set<fact_kind> seen;
    for (const fact& f : all) {
      INFO("kind " << static_cast<int>(f.kind) << ", " << f.key);
      seen.insert(f.kind);
      const fact again = kept_again(f);
      CHECK(again.kind == f.kind);
      CHECK(again.key == f.key);
      CHECK(again.value.starts_with(f.value)); // later fields come behind
    }
    CHECK(seen.size() == kinds);
    d.tidy();
    d.close();
  }
}

TEST_CASE("a room's key, what it keeps, read positions and app passwords mean what they did") {
  golden_directory d("people_v1");
  for (const fact& f : d.store().people()) {
    if (f.kind == fact_kind::room) {
      const room_facts r = room_in(f);
      CHECK(r.key_hash.empty() == (r.name != "den"));
      CHECK(r.keeps_less() == (r.name == "den"));
      CHECK(r.opened_by_guest == (r.name != "attic"));
      if (r.name == "den") CHECK(r.max_entries == 700);
      if (r.name == "den") CHECK(r.max_age == std::chrono::hours(48));
    } else if (f.kind == fact_kind::device) {
      CHECK(device_in(f).app == (device_in(f).number == 4 ? 6u : 0u));
    } else if (f.kind == fact_kind::reads) {
      const account_reads r = reads_in(f);
      CHECK(r.account == identity{0xb});
      REQUIRE(r.places.size() == 2);
      CHECK(r.places[0].room == "den");
      CHECK(r.places[0].offset == 41);
    } else if (f.kind == fact_kind::app_password) {
      const app_password p = app_password_in(f);
      CHECK(p.account == identity{0xa});
      CHECK(p.speaks);
      CHECK(p.rooms == std::vector<std::string>{"den", "lobby"});
    }
  }
}

TEST_CASE("the golden directory of people has each kind of fact and each field of today") {
  // Who adds one makes another directory, by the test case below.
  golden_directory d("people_v1");
  CHECK(lines_of(sorted(facts_of_each_kind())) == d.beside("people.txt"));
}

// GOLDEN_TO=test/golden unit_tests "make the golden directory of people": it must not be there.
TEST_CASE("make the golden directory of people", "[.make-golden]") {
  const char* to = std::getenv("GOLDEN_TO"); // NOLINT(concurrency-mt-unsafe): one thread
  REQUIRE(to);
  const std::string directory = fmt::format("{}/people_v1", to);
  REQUIRE(std::filesystem::create_directory(directory));
  store_world w;
  w.apply({sqlite::keep_operation{facts_of_each_kind()}});
  w.close();
  for (const char* file : {"journal.db", "keys.db"})
    std::filesystem::copy_file(w.directory / file, directory + "/" + file);
  std::ofstream(directory + "/people.txt") << lines_of(sorted(facts_of_each_kind()));
  std::ofstream(directory + "/master.key")
      << "# A fixture of tests, made up: with it opens the data directory beside it. Nobody's\n"
         "# accounts are sealed by it, and nobody's may be.\n"
      << fmt::format("{:02x}\n", fmt::join(w.master.bytes(), ""));
}
