// All that is kept of an account, for its member: a piece at a time.

#include "accounts/account_export.hpp"
#include "domain/account_exporter.hpp"
#include "support/catch.hpp"
#include "unit/domain/direct_world.hpp"
#include "unit/domain/kept_facts.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <sstream>

using namespace asio_chat;
using test::direct_world;
using test::lines;
using test::person;

namespace {

limits two_devices() {
  limits l = direct_world::without_history();
  l.member_connections = 2;
  return l;
}

/// A connection of an account by a client that wants data.
person& data_client_of(direct_world& w, const std::string& name) {
  w.device(name, false);
  const account* a = w.hub.people().find(name);
  person& p = w.people.emplace_back();
  login l{a->id, a->name, true, true};
  l.data_replies = true;
  l.has_account = true;
  l.token = w.new_identity();
  l.direct_rooms = true;
  p.self = w.hub.enter(p.ear, l).value();
  w.hub.join(*p.self, "lobby", "").value();
  w.settle();
  return p;
}

struct export_piece {
  std::string text;
  std::string next; ///< empty: it was the last one
  std::string told;
};

export_piece ask_for(direct_world& w, person& p, const std::string& next = {}) {
  const lines told = w.say(p, next.empty() ? "/export me" : "/export me " + next);
  const auto r = p.ear.last<reply>();
  REQUIRE(told.size() == 1);
  INFO(told.front());
  REQUIRE_FALSE(r.items.empty());
  return {r.items.front(), r.items.size() > 1 ? r.items[1] : std::string(), told.front()};
}

/// All pieces, one behind the other.
std::string all_exported(direct_world& w, person& p, std::size_t* pieces = nullptr) {
  std::string all;
  export_piece one = ask_for(w, p);
  for (std::size_t n = 1;; ++n) {
    CHECK(one.text.size() <= 28 * 1024);
    all += one.text;
    if (pieces) *pieces = n;
    if (one.next.empty()) return all;
    one = ask_for(w, p, one.next);
  }
}

lines lines_in_order(const std::string& text) {
  lines all;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    all.push_back(line);
  std::ranges::sort(all);
  return all;
}

/// As the operator of the machine gets it: all at once.
lines as_the_operator(direct_world& w, const std::string& name) {
  account_export of(w.hub.people(), w.hub.people().find(name)->id);
  lines all;
  while (!of.done())
    for (std::string& line : of.next())
      all.push_back(std::move(line));
  lines rooms;
  for (std::string from; w.memory.lists();) {
    w.memory.list(from, [&](const result<journal::log_list>& some) {
      rooms.insert(rooms.end(), some->rooms.begin(), some->rooms.end());
      from = some->next;
    });
    w.run();
    if (from.empty()) break;
  }
  for (const std::string& room : rooms) {
    if (!of.concerns(room)) continue;
    w.memory.read(room, {{log_range::side::after, {}, 100'000}, 1u << 28}, [&](const auto& page) {
      for (const journal::record& r : page.value().entries)
        if (auto line = of.line_of(room, r)) all.push_back(*line);
    });
    w.run();
  }
  std::ranges::sort(all);
  return all;
}

/// `WHAT ROOM TEXT` of what was said.
lines said_in_export(const std::string& text) {
  lines all;
  for (const std::string& line : lines_in_order(text)) {
    const auto o = boost::json::parse(line).as_object();
    const std::string what(o.at("what").as_string());
    if (what == "said" || what == "heard")
      all.push_back(fmt::format("{} {} {}", what, std::string(o.at("room").as_string()),
                                o.contains("destroyed") ? "-" : o.at("text").as_string().c_str()));
  }
  std::ranges::sort(all);
  return all;
}

} // namespace

TEST_CASE("an account gets all that is kept of it, and nothing of others") {
  direct_world w(two_devices());
  person& eve = w.device("eve");
  person& bob = w.device("bob");
  person& alice = data_client_of(w, "alice");
  for (person* p : {&bob, &eve})
    w.hub.join(*p->self, "lobby", "").value();
  w.settle();
  w.say(alice, "one of \"alice\" \\ \xC3\xA4");
  w.say(alice, "gone of alice");
  w.say(alice, "/delete @2");
  w.say(bob, "one of bob");
  w.say(alice, "/msg bob to you");
  w.say(bob, "/msg alice to you as well");
  w.say(bob, "/msg eve not to alice");
  w.say(alice, "/ignore carl");
  w.say(alice, "/block eve");
  const std::string all = all_exported(w, alice);
  CHECK(said_in_export(all) == lines{"heard @bob to you as well", "said @bob to you",
                                     "said lobby -", "said lobby deleted a message",
                                     "said lobby one of \"alice\" \\ \xC3\xA4"});
  CHECK(all.find("not to alice") == std::string::npos);
  CHECK(all.find("one of bob") == std::string::npos);
  CHECK(all.find(R"({"what":"ignored","name":"carl","guest":true})") != std::string::npos);
  CHECK(all.find(R"({"what":"blocked","name":"eve"})") != std::string::npos);
  CHECK(lines_in_order(all) == as_the_operator(w, "alice"));
  // Logs of two others are not even read.
  const auto id = [&](const char* name) { return w.hub.people().find(name)->id; };
  const account_export of(w.hub.people(), id("alice"));
  CHECK(of.concerns("lobby"));
  CHECK(of.concerns(direct_log_name(id("bob"), id("alice"))));
  CHECK_FALSE(of.concerns(direct_log_name(id("bob"), id("eve"))));
}

TEST_CASE("what is long comes in pieces that fit a frame, and nothing is lost between them") {
  direct_world w(two_devices());
  person& bob = w.device("bob");
  person& alice = data_client_of(w, "alice");
  w.hub.join(*bob.self, "lobby", "").value();
  w.settle();
  for (int n = 0; n < 40; ++n)
    w.say(alice, fmt::format("{} {}", n, std::string(4'000, n % 2 ? '"' : 'x')));
  for (int n = 0; n < 600; ++n) {
    w.hub.room_of(*bob.self, "lobby")
        .value()
        ->post(*bob.self, entry_kind::message, fmt::format("{}", n), "", "");
    w.run();
  }
  w.say(alice, "\xE2\x82\xAC the last");
  std::size_t pieces = 0;
  const std::string all = all_exported(w, alice, &pieces);
  CHECK(pieces > 5);
  CHECK(said_in_export(all).size() == 41);
  CHECK(lines_in_order(all) == as_the_operator(w, "alice"));
}

TEST_CASE("no piece asks the journal for more than its part") {
  direct_world w(two_devices());
  person& bob = w.device("bob");
  person& alice = data_client_of(w, "alice");
  for (int n = 0; n < 40; ++n) {
    const std::string room = fmt::format("room{}", n);
    w.hub.join(*bob.self, room, "").value();
    w.settle();
    w.say(bob, "of bob", room);
    w.hub.part(*bob.self, room).value();
    w.settle();
  }
  w.log.reads = 0;
  const export_piece first = ask_for(w, alice);
  CHECK(w.log.reads > 0);
  CHECK(w.log.reads <= 16);
  CHECK_FALSE(first.next.empty());
  CHECK(first.told.find("so far") != std::string::npos);
  CHECK(first.told.find("room") == std::string::npos);
  // It tells nothing of rooms in which the account has said nothing.
  CHECK(first.text.find("room1") == std::string::npos);
}

TEST_CASE("very many roles and correspondents are gone through a few at a time") {
  direct_world w(two_devices());
  person& alice = data_client_of(w, "alice");
  const identity id = w.hub.people().find("alice")->id;
  std::vector<fact> facts;
  for (int n = 0; n < 2'000; ++n) {
    room_facts room;
    room.name = fmt::format("room{:04}", n);
    if (n % 10 == 0) room.roles[id] = role::op;
    facts.push_back(fact_of(room));
    direct_log d;
    identity other{};
    other[14] = static_cast<std::uint8_t>(n / 256 + 1);
    other[15] = static_cast<std::uint8_t>(n % 256);
    d.sides[0].who = std::min(other, id);
    d.sides[1].who = std::max(other, id);
    facts.push_back(fact_of(d));
  }
  w.hub.people().change([&]() -> result<std::vector<fact>> { return facts; },
                        [](const result<void>& r) { CHECK(r.has_value()); });
  w.run();
  account_export of(w.hub.people(), id);
  std::size_t most = 0;
  while (!of.done())
    most = std::max(most, of.next().size());
  CHECK(most <= 65);
  const lines all = lines_in_order(all_exported(w, alice));
  CHECK(all == as_the_operator(w, "alice"));
  CHECK(std::ranges::count_if(all, [](const std::string& line) {
          return line.find(R"("what":"correspondent")") != std::string::npos;
        }) == 2'000);
  CHECK(std::ranges::count_if(all, [](const std::string& line) {
          return line.find(R"("what":"role")") != std::string::npos;
        }) == 200);
}

TEST_CASE("an export is refused to whom it cannot be given") {
  direct_world w(two_devices());
  person& guest = w.come("gast");
  CHECK(w.say(guest, "/export me") ==
        lines{"this is kept with an account: /login to yours, or /register makes one"});
  CHECK(w.say(guest, "/export alice") == lines{"say /export me: you can export nobody else"});
  person& in_lines = w.known("bob");
  CHECK(w.say(in_lines, "/export me") ==
        lines{"an export is a file, and you would get it in lines: come with asio-chat, which "
              "writes it where you say: /export me FILE"});
  person& alice = data_client_of(w, "alice");
  const lines no_piece{"there is no such piece of an export; begin anew: /export me"};
  CHECK(w.say(alice, "/export me 2") == no_piece);
  CHECK(ask_for(w, alice).next.empty());
  CHECK(w.say(alice, "/export me 2") == no_piece); // that was all
  CHECK(w.say(alice, "/export me ../etc/passwd") == no_piece);
  const lines help = w.say(alice, "/help export");
  REQUIRE_FALSE(help.empty());
  CHECK(help.front().find("/export WHOM [FILE]") != std::string::npos);
}

TEST_CASE("one export of an account is made at a time, and the disk may be slow") {
  direct_world w(two_devices());
  person& alice = data_client_of(w, "alice");
  w.say(alice, "hello");
  const account* a = w.hub.people().find("alice");
  person& phone = w.people.emplace_back();
  login l{a->id, a->name, true, true};
  l.data_replies = true;
  l.has_account = true;
  l.token = w.new_identity();
  phone.self = w.hub.enter(phone.ear, l).value();
  w.settle();
  w.log.stopped = true;
  w.type(alice, "/export me", {}, "r");
  w.run();
  CHECK(w.say(phone, "/export me") ==
        lines{"another device of yours exports at this moment; wait for it"});
  w.log.go();
  w.run();
  CHECK(alice.ear.last<reply>().items.size() == 1);
  CHECK(said_in_export(all_exported(w, phone)) == lines{"said lobby hello"});
  // Who begins anew elsewhere ends what was begun before: nobody gets the other one's pieces.
  for (int n = 0; n < 20; ++n)
    w.say(alice, std::string(4'000, 'x'));
  const std::string next = ask_for(w, alice).next;
  const lines no_piece{"there is no such piece of an export; begin anew: /export me"};
  const std::string other = ask_for(w, phone).next;
  CHECK(other != next);
  CHECK(w.say(alice, "/export me " + next) == no_piece);
  CHECK(w.say(phone, "/export me " + next) == no_piece); // neither on the same connection
  CHECK_FALSE(ask_for(w, phone, other).text.empty());
}

TEST_CASE("an export goes on over another connection, and a piece is given again") {
  direct_world w(two_devices());
  person& alice = data_client_of(w, "alice");
  for (int n = 0; n < 20; ++n)
    w.say(alice, std::to_string(n) + std::string(4'000, 'x'));
  const lines whole = lines_in_order(all_exported(w, alice));
  export_piece one = ask_for(w, alice);
  std::string all = one.text;
  REQUIRE_FALSE(one.next.empty());
  const export_piece lost = ask_for(w, alice, one.next); // its answer does not arrive
  w.hub.leave(*std::exchange(alice.self, nullptr));
  w.settle();
  person& again = data_client_of(w, "alice");
  const export_piece repeated = ask_for(w, again, one.next);
  CHECK(repeated.text == lost.text);
  CHECK(repeated.next == lost.next);
  const lines no_piece{"there is no such piece of an export; begin anew: /export me"};
  CHECK(w.say(again, "/export me " + one.next + "0") == no_piece);
  all += repeated.text;
  for (one = repeated; !one.next.empty();) {
    one = ask_for(w, again, one.next);
    all += one.text;
  }
  CHECK(lines_in_order(all) == whole);
  // What is kept of it is not kept for long.
  const std::string last = ask_for(w, again).next;
  w.clock.advance(account_exports::kept_for + std::chrono::seconds(1));
  CHECK(w.say(again, "/export me " + last) == no_piece);
}

TEST_CASE("a piece that is asked for over a new connection while it is made comes there") {
  direct_world w(two_devices());
  person& alice = data_client_of(w, "alice");
  for (int n = 0; n < 20; ++n)
    w.say(alice, std::string(4'000, 'x'));
  const std::string next = ask_for(w, alice).next;
  w.log.stopped = true;
  w.type(alice, "/export me " + next, {}, "r");
  w.run();
  w.hub.leave(*std::exchange(alice.self, nullptr));
  w.log.go();
  w.log.stopped = true;
  w.run();
  w.log.go();
  w.run();
  person& again = data_client_of(w, "alice");
  CHECK_FALSE(ask_for(w, again, next).text.empty());
}

TEST_CASE("so many exports are kept, and those not asked for longest give way") {
  testing::manual_clock clock;
  account_exports all(clock);
  const people nobody(nullptr, clock, [](auto) {});
  memory_journal log([](auto) {}, 1, {});
  const auto add = [&](std::size_t n) {
    identity who{};
    who[0] = static_cast<std::uint8_t>(n);
    const auto in_use = std::make_shared<int>();
    return all.keep(who,
                    std::make_shared<account_exporter>(
                        account_exporter::services{log, nobody, nullptr, in_use, {}}, who, "word"));
  };
  for (std::size_t n = 0; n < account_exports::max_kept + 8; ++n) {
    CHECK(add(n));
    clock.advance(std::chrono::seconds(1));
  }
  CHECK(all.size() == account_exports::max_kept);
  CHECK(all.find(identity{}) == nullptr);
}

TEST_CASE("an export of an account that goes meanwhile ends, as does one of a member who leaves") {
  direct_world w(two_devices());
  person& alice = data_client_of(w, "alice");
  w.say(alice, "hello");
  w.log.stopped = true;
  w.type(alice, "/export me", {}, "r");
  w.run();
  w.remove_account("alice");
  w.log.go();
  w.run();
  CHECK(alice.ear.last<refused>().message == "your account is gone");
  person& bob = data_client_of(w, "bob");
  w.say(bob, "hello");
  w.log.stopped = true;
  w.type(bob, "/export me", {}, "r");
  w.run();
  w.hub.leave(*bob.self);
  w.log.go();
  w.run();
  CHECK(bob.ear.all<refused>().empty());
}

TEST_CASE("rooms that cannot be read are told of, and hold up no others") {
  direct_world w(two_devices());
  person& alice = data_client_of(w, "alice");
  w.say(alice, "hello");
  w.log.broken_reads = fail(errc::storage_failed, "damaged");
  const std::string all = all_exported(w, alice);
  CHECK(said_in_export(all).empty());
  CHECK(all.ends_with("{\"what\":\"unreadable\",\"why\":\"some rooms are damaged, and are not in "
                      "this\"}\n"));
  w.log.broken_reads.reset();
  CHECK(said_in_export(all_exported(w, alice)) == lines{"said lobby hello"});
}

TEST_CASE("bans and mutes of an account are in its export, and those of others are not") {
  direct_world w(two_devices());
  person& alice = data_client_of(w, "alice");
  person& op = w.known("op", role::op);
  w.known("bob");
  w.say(op, "/mute alice 1h too loud");
  w.say(op, "/mute bob 1h as well");
  const std::string all = all_exported(w, alice);
  CHECK(all.find(R"("what":"mute")") != std::string::npos);
  CHECK(all.find("too loud") != std::string::npos);
  CHECK(all.find("as well") == std::string::npos);
}
