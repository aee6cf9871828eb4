// What members may not do is refused in one place, whatever they ask for it.

#include "support/catch.hpp"
#include "unit/domain/world.hpp"

using namespace asio_chat;
using test::domain_world;
using test::heard;
using test::person;

namespace {

person& enter(domain_world& w, const std::string& name, rights may) {
  person& p = w.people.emplace_back();
  login l{w.new_identity(), name, true, true};
  l.may = may;
  p.self = w.hub.enter(p.ear, std::move(l)).value();
  return p;
}

person& in_lobby(domain_world& w, const std::string& name, rights may) {
  person& p = enter(w, name, may);
  w.hub.join(*p.self, "lobby", "").value();
  w.settle();
  return p;
}

std::string no(std::string_view what) {
  return "refused[r] not_allowed: you may not " + std::string(what) + " here";
}

} // namespace

TEST_CASE("a set of rights has what is put into it, and nobody needs one for nothing") {
  CHECK(rights::all().has(right::set_topic));
  CHECK_FALSE(rights::all().without(right::set_topic).has(right::set_topic));
  CHECK(rights::all().without(right::set_topic).has(right::speak));
  CHECK(rights{right::speak, right::rename}.has(right::rename));
  CHECK_FALSE(rights{right::speak}.has(right::rename));
  CHECK(rights{}.has(right::none));
}

TEST_CASE("each row with a right is refused to a member without it, and to no other") {
  domain_world w;
  person& bob = in_lobby(w, "bob", rights::all());
  for (const command_row& row : command_table()) {
    if (row.needs == right::none) continue;
    INFO(row.name);
    person& alice = in_lobby(w, "alice", rights::all().without(row.needs));
    std::string line = "/" + std::string(row.name) + " bob";
    if (row.name == "history") line = "/history 5";
    if (row.name == "msg") line += " psst";
    if (row.name == "role") line += " voice";
    if (row.name == "mode") line = "/mode moderated on";
    if (row.name == "key") line = "/key open-sesame";
    if (row.name == "retention") line = "/retention off";
    if (row.name == "slow") line = "/slow 5";
    if (row.name == "bans") line = "/bans 5";
    if (row.name == "invitation") line = "/invitation 5";
    if (row.name == "delete") line = "/delete";
    if (row.name == "pin" || row.name == "unpin") line = "/" + std::string(row.name);
    if (row.name == "pins") line = "/pins";
    if (row.name == "read") line = "/read";
    w.settle();
    w.type(alice, line, {}, "r");
    w.run();
    CHECK(alice.news() == heard{no(phrase_of(row.needs))});
    CHECK(bob.news().empty());
    w.type(alice, "/help", {}, "r"); // what takes no right goes on
    CHECK(alice.ear.last<reply>().command == "help");
    w.leave(alice, true);
    w.settle();
  }
}

TEST_CASE(
    "rights hold for requests without a command as well: a message, a page of the log, a join") {
  domain_world w;
  person& alice = in_lobby(w, "alice", rights{});
  w.send(alice, "hello", "r");
  w.hub.dispatch(*alice.self, {"lobby", "r", requests::history{}});
  w.hub.dispatch(*alice.self, {"den", "r", requests::join{}});
  w.run();
  CHECK(alice.news() == heard{no("speak"), no("read what was said before"), no("join rooms")});
  CHECK(w.counters.entries == 0);
}

TEST_CASE("showing a topic takes no right, setting it does") {
  domain_world w;
  person& alice = in_lobby(w, "alice", rights{});
  w.type(alice, "/topic", {}, "r");
  CHECK(alice.ear.last<reply>().lines == std::vector<std::string>{"there is no topic"});
  w.settle();
  w.type(alice, "/topic -", {}, "r");
  CHECK(alice.news() == heard{no("set the topic")});
}

TEST_CASE("a member who may not open rooms can join those that exist") {
  domain_world w;
  person& bob = w.in("bob", "den");
  person& alice = enter(w, "alice", rights::all().without(right::open_rooms));
  w.type(alice, "/join #Den");
  w.run();
  CHECK(alice.self->memberships().size() == 1);
  w.settle();
  w.type(alice, "/join nook", {}, "r");
  CHECK(alice.news() == heard{no("open new rooms")});
  CHECK(w.hub.rooms().size() == 1);
  CHECK(bob.news().empty());
}

TEST_CASE("a room that exists is found by its name in any case, however long names may be") {
  limits l = domain_world::without_history();
  l.room_characters = 64;
  domain_world w(l);
  const std::string name(40, 'x');
  w.in("bob", name);
  person& alice = enter(w, "alice", rights::all().without(right::open_rooms));
  w.type(alice, "/join #" + std::string(40, 'X'));
  w.run();
  CHECK(alice.self->memberships().size() == 1);
}

TEST_CASE("a member who may not read the log gets no history on joining") {
  domain_world w(limits{});
  person& bob = w.in("bob", "den");
  w.type(bob, "before", "den");
  w.settle();
  person& alice = enter(w, "alice", rights::all().without(right::read_log));
  w.hub.dispatch(*alice.self, {"den", "", requests::join{{}, 10}});
  w.run();
  w.hub.dispatch(*alice.self, {"den", "r", requests::leave{}});
  w.hub.dispatch(*alice.self, {"den", "", requests::join{position{7, 0}, {}}});
  w.run();
  for (const std::string& line : alice.news())
    CHECK(line.find("before") == std::string::npos);
  w.type(bob, "now", "den");
  w.run();
  CHECK(alice.news() == heard{"den@2 bob: now"});
}
