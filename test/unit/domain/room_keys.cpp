// Keys of private rooms: who is let in by them, for how long, and what guessing costs.
#include "domain/key_guests.hpp"

#include "support/catch.hpp"
#include "unit/domain/kept_facts.hpp"
#include "unit/domain/moderated_world.hpp"

#include <fmt/format.h>

#include <string>

using namespace asio_chat;
using namespace std::chrono_literals;
using test::kept_facts;
using test::lines;
using test::moderated_world;
using test::person;

namespace {

const lines closed{"den is private: one of its operators can /invite you; if you know its key: "
                   "/join den KEY"};
const lines closed_to_guests{
    "den is private: one of its operators can /invite you; for that you need an account, see "
    "/register; if you know its key: /join den KEY"};

struct keyed_world : moderated_world {
  /// Whose den it is.
  person& owner = known("carl", role::member, "den");

  explicit keyed_world(people_store* facts = nullptr, const limits& l = without_history())
      : moderated_world(l, {}, facts) {
    set_key("open sesame");
  }
  lines set_key(const std::string& key) { return say(owner, "/key \"" + key + "\"", "den"); }
  /// What is told; nothing: they are in it.
  lines join(person& p, const std::string& key = {}) {
    return say(p, key.empty() ? std::string("/join den") : "/join den \"" + key + "\"");
  }
  bool is_in(const person& p) const {
    const auto found = hub.rooms().find("den");
    return found != hub.rooms().end() && found->second->has(*p.self);
  }
  bool is_invited(const std::string& name) {
    const room_facts* about = hub.people().room("den");
    return about && about->invited.contains(hub.people().find(name)->id);
  }
  /// The connection is lost, and another one of the same client comes.
  void come_back(person& p) {
    login l{p.self->who(), p.self->name(), true, true};
    l.token = p.self->who();
    l.host = p.self->host();
    leave(p);
    run();
    p.self = hub.enter(p.ear, l).value();
    settle();
  }
};

} // namespace

TEST_CASE("a key makes a room private, and lets an account in for good") {
  keyed_world w;
  CHECK(w.hub.people().room("den")->modes.is_private);
  CHECK(w.say(w.owner, "/mode", "den") == lines{"modes of den: private with a key"});
  CHECK(w.say(w.owner, "/key", "den") == lines{"den has a key"});
  person& dora = w.known("dora");
  CHECK(w.join(dora) == closed);
  CHECK(w.join(dora, "open barley") == closed);
  CHECK_FALSE(w.is_in(dora));
  CHECK(w.join(dora, "open sesame").empty());
  CHECK(w.is_in(dora));
  CHECK(w.is_invited("dora"));
  CHECK(w.say(w.owner, "/invite", "den") == lines{"invited into den: dora"});
  w.say(dora, "/leave", "den");
  CHECK(w.join(dora).empty()); // without it
}

TEST_CASE("a guest is let in by a key until they leave, and while they are awaited") {
  keyed_world w;
  person& gus = w.come("gus");
  CHECK(w.join(gus) == closed_to_guests);
  CHECK(w.join(gus, "open sesame").empty());
  CHECK(w.is_in(gus));
  CHECK(w.hub.people().room("den")->invited.empty());
  w.come_back(gus);
  CHECK(w.join(gus).empty());
  w.come_back(gus);
  w.leave(gus);
  w.clock.advance(w.given.name_hold_time);
  person& late = w.come("gus");
  CHECK(w.join(late) == closed_to_guests);
  CHECK(w.join(late, "open sesame").empty());
  w.say(late, "/leave", "den");
  CHECK(w.join(late) == closed_to_guests);
}

TEST_CASE("a guest who logs in stays in the room whose key they have shown") {
  keyed_world w;
  person& first = w.known("dora");
  w.leave(first, true);
  person& gus = w.come("gus");
  CHECK(w.join(gus, "open sesame").empty());
  CHECK(w.say(gus, "/login dora password").front() == "you are logged in as dora");
  CHECK(w.is_in(gus));
  CHECK_FALSE(w.is_invited("dora"));
  CHECK(w.say(w.owner, "/invite dora off", "den") == lines{"dora needs the key from now on"});
  w.say(gus, "/leave", "den");
  CHECK(w.join(gus) == closed);
}

TEST_CASE("another key, or none, puts nobody out, and says how that is done") {
  keyed_world w;
  person& dora = w.known("dora");
  person& gus = w.come("gus");
  w.join(dora, "open sesame");
  w.join(gus, "open sesame");
  const lines told = w.set_key("open wheat");
  REQUIRE(told.size() == 2);
  CHECK(told[0] == "you have set a new key of this room");
  CHECK(told[1] == "whoever knows it comes in by /join den KEY; who is in, or was let in before, "
                   "stays: /invite lists them, /invite NAME off and /kick NAME end it");
  CHECK(w.is_in(dora));
  CHECK(w.is_in(gus));
  person& eve = w.known("eve");
  CHECK(w.join(eve, "open sesame") == closed);
  CHECK(w.join(eve, "open wheat").empty());
  CHECK(w.say(w.owner, "/key -", "den").front() == "you have removed the key of this room");
  CHECK(w.say(w.owner, "/key -", "den") == lines{"den has no key"});
  CHECK(w.say(w.owner, "/key", "den") == lines{"den has no key"});
  CHECK(w.say(w.owner, "/mode", "den") == lines{"modes of den: private"});
  CHECK(w.is_in(eve));
  CHECK(w.join(w.known("fay"), "open wheat") == closed);
}

TEST_CASE("who is kicked out needs the key again, and who is banned has no use for it") {
  keyed_world w;
  person& dora = w.known("dora");
  person& gus = w.come("gus");
  w.join(dora, "open sesame");
  w.join(gus, "open sesame");
  w.say(w.owner, "/kick dora", "den");
  w.say(w.owner, "/kick gus", "den");
  CHECK(w.join(dora) == closed);
  CHECK(w.join(gus) == closed_to_guests);
  CHECK(w.join(gus, "open sesame").empty());
  w.say(w.owner, "/ban dora noise", "den");
  CHECK(w.join(dora, "open sesame") == lines{"you are banned here: noise"});
  CHECK(w.join(dora, "nonsense") == lines{"you are banned here: noise"});
}

TEST_CASE("who hears that they were kicked out is not invited any more at that time") {
  kept_facts disk;
  keyed_world w(&disk);
  person& dora = w.known("dora");
  w.join(dora, "open sesame");
  dora.ear.events.clear();
  disk.slow = true;
  w.type(w.owner, "/kick dora", "den", "k");
  w.run();
  CHECK(dora.ear.all<member_left>().empty());
  CHECK(w.owner.ear.last<reply>().ref != "k");
  disk.catch_up();
  w.run();
  CHECK(dora.ear.all<member_left>().size() == 1);
  CHECK(w.owner.ear.last<reply>().lines == lines{"you have removed dora from den"});
  CHECK(w.join(dora) == closed);
}

TEST_CASE(
    "who is kicked out while the disk fails is out, and operators know the invitation stays") {
  kept_facts disk;
  keyed_world w(&disk);
  person& op = w.known("olga", role::op);
  w.hub.join(*op.self, "audit", "").value();
  person& dora = w.known("dora");
  w.join(dora, "open sesame");
  disk.fails = true;
  const lines told = w.say(w.owner, "/kick dora", "den");
  REQUIRE(told.size() == 2);
  CHECK(told.front() == "you have removed dora from den");
  CHECK(told.back().find("the invitation still holds") != std::string::npos);
  CHECK_FALSE(w.is_in(dora));
  std::string notes;
  for (const entry& e : op.ear.all<entry>())
    notes += e.text + '\n';
  CHECK(notes.find("dora is still invited into den") != std::string::npos);
}

TEST_CASE("who was not invited is out at once, however slow the disk is") {
  kept_facts disk;
  keyed_world w(&disk);
  person& gus = w.come("gus");
  w.join(gus, "open sesame");
  disk.slow = true;
  CHECK(w.say(w.owner, "/kick gus", "den") == lines{"you have removed gus from den"});
  CHECK_FALSE(w.is_in(gus));
  CHECK(w.join(gus) == closed_to_guests);
}

TEST_CASE("a private room without a key answers as one with a key, and takes as long") {
  keyed_world w;
  w.say(w.owner, "/key -", "den");
  person& dora = w.known("dora");
  const int before = w.passwords.verified;
  CHECK(w.join(dora) == closed);
  CHECK(w.join(dora, "open sesame") == closed);
  CHECK(w.passwords.verified == before + 1);
}

TEST_CASE("wrong keys count as logins that failed do, by address and room") {
  keyed_world w;
  person& dora = w.known("dora");
  for (std::size_t i = 0; i <= login_attempts::free_failures; ++i)
    CHECK(w.join(dora, "open barley") == closed);
  CHECK(w.wrong_keys.size() == login_attempts::free_failures + 1);
  CHECK(w.wrong_keys.back() == "0 den");
  CHECK(w.join(dora, "open sesame") == lines{"too many wrong keys or passwords; try again in 2 s"});
  CHECK(w.join(w.known("eve"), "open sesame").empty()); // from elsewhere
  w.clock.advance(2s);
  CHECK(w.join(dora, "open sesame").empty());
}

TEST_CASE("sixteen keys tried at once are one") {
  keyed_world w;
  person& dora = w.known("dora");
  const int before = w.passwords.verified;
  w.type(dora, "/join den barley-barley", {}, "r");
  // The first one holds the connection; another one of the same address is told to wait.
  CHECK(dora.ear.held);
  login same{w.new_identity(), "twin", true, true};
  same.host = dora.self->host();
  person& twin = w.people.emplace_back();
  twin.self = w.hub.enter(twin.ear, same).value();
  w.type(twin, "/join den barley-barley", {}, "r");
  CHECK(twin.ear.last<refused>().message ==
        "your last key for this room is still looked at; try again in 1 s");
  w.run();
  CHECK_FALSE(dora.ear.held);
  CHECK(w.passwords.verified == before + 1);
}

TEST_CASE("a key that is changed while it is looked at lets nobody in") {
  for (const bool has_account : {false, true}) {
    CAPTURE(has_account);
    kept_facts disk; // a change of it is made in one step, and the hash takes longer
    keyed_world w(&disk);
    person& eve = has_account ? w.known("eve") : w.come("eve");
    room_facts changed = *w.hub.people().room("den");
    changed.key_hash = "plain open wheat";
    w.hub.people().change(
        [&]() -> result<std::vector<fact>> { return std::vector{fact_of(changed)}; },
        [](const result<void>&) {});
    eve.ear.events.clear();
    w.type(eve, "/join den \"open sesame\"", {}, "r");
    w.run();
    CHECK(eve.ear.last<refused>().code == errc::key_required);
    CHECK_FALSE(w.is_in(eve));
    CHECK_FALSE(eve.ear.held);
    CHECK(w.hub.people().room("den")->invited.empty());
  }
}

TEST_CASE("operators of the room set its key, and a bad one is refused with what to do") {
  keyed_world w;
  person& dora = w.known("dora");
  w.join(dora, "open sesame");
  CHECK(w.say(dora, "/key other-key", "den") ==
        lines{"you may not change the modes of the room here"});
  CHECK(w.say(dora, "/key -", "den") == lines{"you may not change the modes of the room here"});
  CHECK(w.say(dora, "/key", "den") == lines{"den has a key"}); // to look takes no right
  CHECK(w.set_key("short") == lines{"a key has 8 to 256 bytes"});
  CHECK(w.set_key(std::string(257, 'x')) == lines{"a key has 8 to 256 bytes"});
  person& olga = w.known("olga", role::op);
  CHECK(w.say(olga, "/key open-sesame") ==
        lines{"the room that everybody comes into cannot have a key"});
  w.passwords.busy = true;
  CHECK(w.set_key("open wheat") == lines{"many are logging in; try again in 2 s"});
  w.passwords.busy = false;
  CHECK(w.set_key("open wheat").front() == "you have set a new key of this room");
  CHECK(w.say(w.owner, "/mode private off", "den") ==
        lines{"you have switched private off and removed the key of this room"});
  CHECK(w.say(w.owner, "/key", "den") == lines{"den has no key"});
}

TEST_CASE("a key with blanks and without quotes is called a key where it is refused") {
  keyed_world w;
  const std::string why = "a key with blanks stands in quotes, \"two words\", and so does one that "
                          "begins with a quote; usage: ";
  CHECK(w.say(w.owner, "/key two words", "den") == lines{why + "/key [KEY]"});
  CHECK(w.say(w.known("dora"), "/join den two words") == lines{why + "/join ROOM [KEY]"});
}

TEST_CASE("who is no operator any more when the key is hashed does not set it") {
  keyed_world w;
  person& dora = w.known("dora");
  w.join(dora, "open sesame");
  w.say(w.owner, "/op dora", "den");
  w.passwords.slow = true;
  w.type(dora, "/key another-key", "den", "r");
  w.run();
  w.say(w.owner, "/deop dora", "den");
  dora.ear.events.clear();
  REQUIRE(w.passwords.late.size() == 1);
  w.passwords.late.front()();
  w.run();
  CHECK(dora.ear.last<refused>().message ==
        "you may not change the modes of the room here any more");
  CHECK_FALSE(dora.ear.held);
  CHECK(std::string_view(w.hub.people().room("den")->key_hash) == "plain open sesame");
}

TEST_CASE("a key that is set is told in the room and noted, and the key itself nowhere") {
  keyed_world w;
  person& olga = w.known("olga", role::op);
  w.hub.join(*olga.self, "audit", "").value();
  w.hub.join(*olga.self, "den", "").value();
  w.settle();
  w.set_key("open wheat");
  w.run();
  std::string said;
  for (const std::string& line : olga.news())
    said += line + "\n";
  CHECK(said.find("carl has set a new key of this room") != said.npos);
  CHECK(said.find("carl has set a new key of den") != said.npos);
  CHECK(said.find("wheat") == said.npos);
}

TEST_CASE("a key for a room that is not private is a word too many, and opens no room") {
  keyed_world w;
  person& dora = w.known("dora");
  CHECK(w.say(dora, "/join attic open-sesame") == lines{"attic has no key: /join attic"});
  CHECK_FALSE(w.hub.rooms().contains("attic"));
  CHECK(w.say(dora, "/join a*b open-sesame").front().find("sesame") == std::string::npos);
  CHECK(w.say(w.owner, "/join den nonsense") == lines{"you are in den already"});
}

TEST_CASE("a key and those it has let in outlive a restart") {
  kept_facts disk;
  {
    keyed_world w(&disk);
    w.join(w.known("dora"), "open sesame");
  }
  moderated_world again(moderated_world::without_history(), {}, &disk);
  person& dora = again.come("visitor");
  CHECK(again.say(dora, "/join den") == closed_to_guests);
  again.say(dora, "/login dora password");
  CHECK(again.say(dora, "/join den").empty());
  CHECK(again.say(again.come("gus"), "/join den \"open sesame\"").empty());
}

TEST_CASE("where very many are invited, the key lets accounts in as it lets guests") {
  limits l = keyed_world::without_history();
  l.member_connections = 2;
  keyed_world w(nullptr, l);
  room_facts full = *w.hub.people().room("den");
  for (int i = 0; i < 1'000; ++i)
    full.invited.insert(w.new_identity());
  w.hub.people().change([&]() -> result<std::vector<fact>> { return std::vector{fact_of(full)}; },
                        [](const result<void>&) {});
  w.run();
  person& dora = w.known("dora");
  CHECK(w.join(dora, "open sesame").empty());
  CHECK_FALSE(w.is_invited("dora"));
  person& bot = w.come("bot");
  w.say(bot, "/login dora " + w.say(dora, "/apppassword add bot read den").back());
  CHECK(w.join(bot).empty());
  w.say(bot, "/leave", "den"); // a program leaves alone
  CHECK(w.hub.key_guests().has(dora.self->who(), "den"));
  w.say(dora, "/leave", "den");
  CHECK(w.join(dora) == closed);
}

TEST_CASE("those who have gone are awaited for a time, and as many as there is room for") {
  testing::manual_clock time;
  key_guests k(time, 10s);
  const auto who = [](std::size_t n) {
    identity i{};
    i[0] = static_cast<std::uint8_t>(n);
    i[1] = static_cast<std::uint8_t>(n >> 8);
    return i;
  };
  k.admit(who(1), "den");
  k.admit(who(1), "attic");
  CHECK(k.has(who(1), "den"));
  CHECK_FALSE(k.has(who(2), "den"));
  k.end(who(1), "attic");
  CHECK_FALSE(k.has(who(1), "attic"));
  k.gone(who(1), true);
  time.advance(9s);
  k.came(who(1));
  CHECK(k.has(who(1), "den"));
  time.advance(2s);
  k.gone(who(2), true); // what has come back is not forgotten with those from before
  CHECK(k.has(who(1), "den"));
  k.gone(who(1), false);
  CHECK(k.size() == 0);
  for (std::size_t n = 0; n < key_guests::max_awaited + 5; ++n) {
    k.admit(who(n), "den");
    k.gone(who(n), true);
  }
  CHECK(k.size() == key_guests::max_awaited);
  time.advance(10s);
  k.gone(who(60'000), true);
  CHECK(k.size() == 0);
}
