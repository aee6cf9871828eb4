#include "accounts/people.hpp"

#include "support/catch.hpp"
#include "support/task_queue.hpp"
#include "testing/manual_clock.hpp"

#include <algorithm>
#include <map>
#include <utility>

using namespace asio_chat;

namespace {

/// Keeps facts in memory, later, or refuses them.
class fact_shelf final : public people_store {
 public:
  explicit fact_shelf(scheduler later)
      : later_(std::move(later)) {}
  void facts_at_start(const hearer& hears) override {
    for (const auto& [key, f] : facts)
      hears(f);
  }
  void keep(std::vector<fact> changes, kept done) override {
    later_([this, changes, done] {
      if (broken) return done(fail(errc::storage_failed, "the disk is full"));
      for (const fact& f : changes) {
        if (f.value.empty()) {
          facts.erase({f.kind, f.key});
        } else {
          facts.insert_or_assign(std::pair(f.kind, f.key), f);
        }
      }
      done({});
    });
  }

  bool broken = false;
  std::map<std::pair<fact_kind, std::string>, fact> facts;

 private:
  scheduler later_;
};

struct world {
  test::task_queue tasks;
  testing::manual_clock time;
  fact_shelf shelf{tasks.later()};
  people known{&shelf, time, tasks.later()};

  result<void> change(people::maker make) {
    std::optional<result<void>> how;
    known.change(std::move(make), [&how](const result<void>& r) { how = r; });
    CHECK_FALSE(how.has_value()); // never from inside the call
    tasks.run();
    REQUIRE(how.has_value());
    return *how;
  }
  result<void> add(const std::string& name) {
    return change([&, name]() -> result<std::vector<fact>> {
      auto a = known.new_account(name, "hash");
      if (!a) return a.error();
      return std::vector<fact>{fact_of(*a)};
    });
  }
};

} // namespace

TEST_CASE("an account is found by its name in any case, by its number, and after a restart") {
  world w;
  REQUIRE(w.add("Alice").has_value());
  const account* a = w.known.find("aLICE");
  REQUIRE(a != nullptr);
  CHECK(a->name == "Alice");
  CHECK(w.known.find(a->id) == a);
  const people again(&w.shelf, w.time, w.tasks.later());
  CHECK(again.find("alice") != nullptr);
  CHECK(again.find("alice")->id == a->id);
}

TEST_CASE("two registrations of one name in the same turn: the second one is refused") {
  world w;
  const auto [first, second] = GENERATE(table<std::string, std::string>(
      {{"alice", "ALICE"}, {"Юля", "ЮЛЯ"}, {"сосо", "coco"}, {"coco", "сосо"}})); // Cyrillic
  std::vector<bool> done;
  for (const std::string& name : {first, second}) {
    w.known.change(
        [&w, name]() -> result<std::vector<fact>> {
          auto a = w.known.new_account(name, "hash");
          if (!a) return a.error();
          return std::vector<fact>{fact_of(*a)};
        },
        [&done](const result<void>& r) { done.push_back(r.has_value()); });
  }
  w.tasks.run();
  CHECK(done == std::vector{true, false});
  CHECK(w.known.account_count() == 1);
}

TEST_CASE("people: an account that looks like another one is none, until that is gone") {
  world w;
  REQUIRE(w.add("ΤΟΜ").has_value()); // Greek
  CHECK(w.add("tom").error().message ==
        "the name tom looks like that of another account; choose one "
        "that nobody takes for somebody else's");
  CHECK(w.add("ТОМ").has_error()); // Cyrillic
  const account* greek = w.known.find("τομ");
  REQUIRE(greek != nullptr);
  CHECK_FALSE(w.known.has_lookalike("ΤΟΜ", greek->id));
  CHECK(people(&w.shelf, w.time, w.tasks.later()).has_lookalike("TOM", {}));
  REQUIRE(w.change([&] { return w.known.removal_of(*greek); }).has_value());
  CHECK(w.add("tom").has_value());
  CHECK(w.add("ΤΟΜ").has_error());
}

TEST_CASE("what could not be kept has not happened") {
  world w;
  w.shelf.broken = true;
  const auto refused = w.add("alice");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message == "the disk is full");
  CHECK(w.known.find("alice") == nullptr);
  w.shelf.broken = false;
  CHECK(w.add("alice").has_value());
}

TEST_CASE("changes of one fact in the same turn do not undo each other") {
  world w;
  for (const auto who : {std::uint8_t{1}, std::uint8_t{2}}) {
    w.known.change(
        [&w, who]() -> result<std::vector<fact>> {
          room_facts r = w.known.room_or_new("den");
          r.roles[identity{who}] = role::voice;
          return std::vector<fact>{fact_of(r)};
        },
        [](const result<void>& r) { CHECK(r.has_value()); });
  }
  w.tasks.run();
  REQUIRE(w.known.room("den") != nullptr);
  CHECK(w.known.room("den")->roles.size() == 2);
}

TEST_CASE("devices are numbered for each account, found by their token, and gone with it") {
  world w;
  REQUIRE(w.add("alice").has_value());
  const identity id = w.known.find("alice")->id;
  for (const auto token : {std::uint8_t{7}, std::uint8_t{8}})
    REQUIRE(w.change([&]() -> result<std::vector<fact>> {
               return std::vector<fact>{fact_of(w.known.new_device(identity{token}, id))};
             }).has_value());
  REQUIRE(w.known.devices_of(id).size() == 2);
  CHECK(w.known.devices_of(id)[1]->number == 2);
  REQUIRE(w.known.of_device(identity{7}) != nullptr);
  CHECK(w.known.of_device(identity{7})->name == "alice");
  CHECK(w.known.of_device(identity{9}) == nullptr);
  REQUIRE(w.change([&]() -> result<std::vector<fact>> {
             return w.known.removal_of(*w.known.find("alice"));
           }).has_value());
  CHECK(w.known.of_device(identity{7}) == nullptr);
  CHECK(w.shelf.facts.empty());
}

TEST_CASE("a certificate is one account's, and one that is shown takes the place of a typed pin") {
  world w;
  for (const char* name : {"alice", "bob"})
    REQUIRE(w.add(name).has_value());
  const identity alice = w.known.find("alice")->id;
  const identity bob = w.known.find("bob")->id;
  const key_hash key{1, 2, 3};
  const auto add = [&](const identity& to, bool proven, const key_hash& k) -> std::string {
    const auto done = w.change([&]() -> result<std::vector<fact>> {
      auto made = w.known.new_certificate(k, to, "CN=x", proven);
      if (!made) return made.error();
      return std::vector<fact>{fact_of(*made)};
    });
    return done ? "" : done.error().message;
  };
  CHECK(add(bob, false, key).empty()); // typed: it proves nothing
  CHECK(add(alice, false, key) ==
        "this certificate is another account's; a certificate is one person's");
  CHECK(add(alice, true, key).empty());
  CHECK(w.known.find_certificate(key)->account == alice);
  CHECK(w.known.certificates_of(bob).empty());
  CHECK(add(alice, true, key) == "this certificate is yours already, number 1");
  CHECK(add(bob, true, key) ==
        "this certificate is another account's; a certificate is one person's");
  CHECK(add(alice, false, {9}).empty());
  CHECK(add(alice, true, {9}).empty()); // shown now, and the same one
  REQUIRE(w.known.certificates_of(alice).size() == 2);
  CHECK(w.known.certificates_of(alice)[1]->number == 2);
  CHECK(w.known.certificates_of(alice)[1]->proven);
  const people again(&w.shelf, w.time, w.tasks.later());
  CHECK(again.of_certificate(key, "")->name == "alice");
  REQUIRE(w.change([&]() -> result<std::vector<fact>> {
             return w.known.removal_of(*w.known.find("alice"));
           }).has_value());
  CHECK(w.known.find_certificate(key) == nullptr);
  CHECK(w.known.of_certificate(key, "alice") == nullptr);
  CHECK(std::ranges::none_of(
      w.shelf.facts, [](const auto& f) { return f.first.first == fact_kind::certificate; }));
}

TEST_CASE("an account has a bounded number of certificates") {
  world w;
  REQUIRE(w.add("alice").has_value());
  const identity alice = w.known.find("alice")->id;
  std::string last;
  int added = 0;
  for (std::uint8_t n = 1; n < 40; ++n) {
    const auto done = w.change([&]() -> result<std::vector<fact>> {
      auto made = w.known.new_certificate({n}, alice, {}, true);
      if (!made) return made.error();
      return std::vector<fact>{fact_of(*made)};
    });
    if (done)
      ++added;
    else
      last = done.error().message;
  }
  CHECK(added == 32);
  CHECK(last == "an account has 32 certificates at most: /cert remove one");
}

TEST_CASE("two accounts that add one certificate in the same turn: the second one is refused") {
  world w;
  for (const char* name : {"alice", "bob"})
    REQUIRE(w.add(name).has_value());
  std::vector<bool> done;
  for (const char* name : {"alice", "bob"})
    w.known.change(
        [&w, name]() -> result<std::vector<fact>> {
          auto made = w.known.new_certificate({7}, w.known.find(name)->id, {}, true);
          if (!made) return made.error();
          return std::vector<fact>{fact_of(*made)};
        },
        [&done](const result<void>& r) { done.push_back(r.has_value()); });
  w.tasks.run();
  CHECK(done == std::vector{true, false});
  CHECK(w.known.of_certificate({7}, "")->name == "alice");
}

TEST_CASE("a ban holds in its room, everywhere if it has none, and until its time") {
  world w;
  ban here;
  here.number = 1;
  here.room = "den";
  here.name = "mallory";
  here.until = w.time.wall_now() + std::chrono::hours(1);
  ban everywhere;
  everywhere.number = 2;
  everywhere.who = identity{4};
  REQUIRE(w.change([&]() -> result<std::vector<fact>> {
             return std::vector<fact>{fact_of(here), fact_of(everywhere)};
           }).has_value());
  const auto is_out = [&](std::string_view room, const subject& s) {
    return w.known.find_ban(ban::kind::out, room, s) != nullptr;
  };
  CHECK(is_out("den", {{1}, "mallory", {}}));
  CHECK_FALSE(is_out("lobby", {{1}, "mallory", {}}));
  CHECK(is_out("lobby", {{4}, "bob", {}}));
  CHECK(is_out("", {{4}, "bob", {}}));
  CHECK(w.known.find_ban(ban::kind::mute, "den", {{1}, "mallory", {}}) == nullptr);
  w.time.advance(std::chrono::hours(2));
  CHECK_FALSE(is_out("den", {{1}, "mallory", {}}));
  CHECK(w.known.removal_of_old_bans().size() == 1);
}

TEST_CASE("without a store all of it works, and ends with the process") {
  test::task_queue tasks;
  testing::manual_clock time;
  people p(nullptr, time, tasks.later());
  p.change(
      [&]() -> result<std::vector<fact>> {
        return std::vector<fact>{fact_of(*p.new_account("alice", "hash"))};
      },
      [](const result<void>& r) { CHECK(r.has_value()); });
  tasks.run();
  CHECK(p.find("alice") != nullptr);
}
