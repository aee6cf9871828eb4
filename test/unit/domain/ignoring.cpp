// Whom an account ignores: kept with it, and told to its clients.

#include "support/catch.hpp"
#include "unit/domain/direct_world.hpp"
#include "unit/domain/kept_facts.hpp"

#include <asio_chat/account_change.hpp>

using namespace asio_chat;
using test::direct_world;
using test::heard;
using test::lines;
using test::person;

namespace {

limits two_connections() {
  limits l = direct_world::without_history();
  l.member_connections = 2;
  return l;
}

/// The names in the last list that a connection was told; "-": none.
std::string told(person& p) {
  std::string names = "-";
  for (const reply& r : p.ear.all<reply>())
    if (r.command == "ignore" && r.ref.empty() && r.lines.empty())
      names = fmt::format("{}", fmt::join(r.items, " "));
  p.ear.events.clear();
  return names;
}

} // namespace

TEST_CASE("all connections of an account are told whom it ignores, and nobody else") {
  direct_world w(two_connections());
  person& bob = w.device("bob");
  person& phone = w.device("bob");
  person& alice = w.device("alice");
  CHECK(w.say(bob, "/ignore") == lines{"you ignore nobody"});
  w.settle();
  w.type(bob, "/ignore ALICE", {}, "r");
  w.run();
  CHECK(bob.ear.last<reply>().lines == lines{"ignoring alice; /unignore alice ends it"});
  CHECK(told(bob) == "alice");
  CHECK(told(phone) == "alice");
  CHECK(alice.ear.events.empty());
  CHECK(w.say(phone, "/ignore") == lines{"ignoring alice"});
  w.settle();
  w.type(phone, "/unignore alice", {}, "r");
  w.run();
  CHECK(phone.ear.last<reply>().lines == lines{"alice is not ignored any more"});
  CHECK(told(phone).empty());
  CHECK(told(bob).empty());
  CHECK(alice.ear.events.empty());
}

TEST_CASE("who logs in hears whom the account ignores, who logs out does not") {
  direct_world w;
  person& bob = w.known("bob");
  w.say(bob, "/ignore carl");
  w.say(bob, "/logout");
  w.settle();
  CHECK(w.say(bob, "/ignore alice") ==
        lines{"this is kept with an account: /login to yours, or /register makes one"});
  w.type(bob, "/login bob password", {}, "r");
  w.run();
  CHECK(told(bob) == "carl");
}

TEST_CASE("an account that is ignored stays so by whatever name, a guest by the name") {
  direct_world w;
  person& bob = w.device("bob");
  person& eve = w.device("eve");
  person& gast = w.come("gast");
  w.say(bob, "/ignore eve");
  w.say(bob, "/ignore gast");
  w.settle();
  w.type(eve, "/nick angel");
  w.run();
  CHECK(told(bob) == "angel eve gast");
  CHECK(w.say(bob, "/ignore") == lines{"ignoring eve, gast"});
  w.settle();
  w.type(gast, "/nick other");
  w.run();
  CHECK(told(bob) == "-"); // the next one of that name is hidden
  // By the name of now, too.
  CHECK(w.say(bob, "/unignore angel") == lines{"angel is not ignored any more"});
  CHECK(w.say(bob, "/ignore") == lines{"ignoring gast"});
  w.settle();
  w.type(eve, "/nick eve");
  w.run();
  CHECK(told(bob) == "-");
}

TEST_CASE("whom an account ignores is kept over restarts, and goes with the account") {
  test::kept_facts disk;
  {
    direct_world w(direct_world::without_history(), {}, &disk);
    person& bob = w.device("bob");
    w.device("eve");
    w.say(bob, "/ignore eve");
    w.say(bob, "/ignore gast");
  }
  test::kept_facts again(disk.facts);
  direct_world w(direct_world::without_history(), {}, &again);
  person& bob = w.device("bob");
  CHECK(w.say(bob, "/ignore") == lines{"ignoring eve, gast"});
  w.remove_account("eve");
  CHECK(w.say(bob, "/ignore") == lines{"ignoring eve, gast"}); // as she was called
  w.settle();
  CHECK(w.say(bob, "/unignore eve") == lines{"eve is not ignored any more"});
  again.fails = true;
  CHECK(w.say(bob, "/ignore carl").front() != "ignoring carl; /unignore carl ends it");
  CHECK(w.say(bob, "/ignore") == lines{"ignoring gast"});
  again.fails = false;
  w.remove_account("bob");
  CHECK(w.hub.people().ignored_by(bob.self->who()) == nullptr);
}

TEST_CASE("what cannot be ignored is refused") {
  direct_world w;
  person& bob = w.device("bob");
  person& gast = w.come("gast");
  for (const char* line : {"/ignore bob", "/ignore", "/unignore bob"}) {
    INFO(line);
    CHECK(w.say(gast, line) ==
          lines{"this is kept with an account: /login to yours, or /register makes one"});
  }
  CHECK(w.say(bob, "/ignore bob") == lines{"that is you; what you say cannot be hidden"});
  CHECK(w.ask(bob, "/ignore -server-").front().starts_with("refused[r] name_invalid"));
  CHECK(w.say(bob, "/unignore carl") == lines{"you do not ignore carl; /ignore lists whom you do"});
  CHECK(w.say(bob, "/unignore") == lines{"NAME is missing; usage: /unignore NAME"});
  for (int i = 0; i < 200; ++i)
    w.say(bob, fmt::format("/ignore guest{}", i));
  CHECK(w.say(bob, "/ignore one-more") ==
        lines{"you ignore 200 members, which is the most: /unignore one"});
}

TEST_CASE("who is ignored is not told and may write, who is blocked is told and may not") {
  direct_world w;
  person& bob = w.device("bob");
  person& alice = w.device("alice");
  w.say(bob, "/ignore alice");
  CHECK(w.ask(alice, "/msg bob hello").back() == "reply[r] msg: ");
  const auto help = [&](std::string_view about) {
    return fmt::format("{}", fmt::join(w.say(bob, fmt::format("/help {}", about)), " "));
  };
  CHECK(help("ignore").find("/block") != std::string::npos);
  CHECK(help("block").find("/ignore") != std::string::npos);
}

TEST_CASE("no more are ignored than one message to the clients has, however long their names are") {
  limits long_names = direct_world::without_history();
  long_names.name_characters = 64;
  direct_world w(long_names);
  person& bob = w.device("bob");
  ignored_members list;
  list.account = bob.self->who();
  const auto name_of = [](int n) { return fmt::format("{:03}{}", n, std::string(253, 'x')); };
  for (int n = 0; n < 115; ++n) {
    identity who{};
    who[15] = static_cast<std::uint8_t>(n + 1);
    list.accounts[who] = name_of(n);
  }
  w.hub.people().change(
      [&]() -> result<std::vector<fact>> { return std::vector<fact>{fact_of(list)}; },
      [](const result<void>& r) { CHECK(r.has_value()); });
  w.run();
  const auto ignore = [&](int n) {
    return w.say(bob, fmt::format("/ignore {}{}", n, std::string(60, 'y'))).front();
  };
  for (int n = 0; n < 3; ++n)
    CHECK(ignore(n).starts_with("ignoring "));
  CHECK(ignore(3) == "you ignore as many members with long names as your clients can be told of: "
                     "/unignore one");
  w.say(bob, fmt::format("/unignore 0{}", std::string(60, 'y')));
  CHECK(ignore(3).starts_with("ignoring "));
}

TEST_CASE("the name of an account that is gone is hidden until another account has it") {
  direct_world w(two_connections());
  person& bob = w.device("bob");
  w.leave(w.device("eve"), true);
  w.say(bob, "/ignore eve");
  w.settle();
  w.hub.change_account({account_change::kind::remove, "eve"}, [](const auto&) {});
  w.run();
  told(bob);
  w.hub.change_account({account_change::kind::add, "Eve", "correct-horse"}, [](const auto&) {});
  w.run();
  CHECK(told(bob).empty()); // a list of nobody
  w.hub.change_account({account_change::kind::add, "carl", "correct-horse"}, [](const auto&) {});
  w.run();
  CHECK(told(bob) == "-");
}

TEST_CASE("who is ignored is so as a guest with a device of the account, by whatever name") {
  direct_world w;
  person& bob = w.device("bob");
  person& eve = w.known("eve");
  w.say(bob, "/ignore eve");
  w.settle();
  told(bob);
  w.say(eve, "/logout");
  w.run();
  const std::string as_guest = eve.self->name();
  CHECK(told(bob) == "eve " + as_guest);
  w.say(eve, "/nick angel");
  w.run();
  CHECK(told(bob) == "angel eve");
  // Away, and back under another name.
  login again{eve.self->who(), "zed", true, true};
  again.token = eve.self->token();
  w.leave(eve, true);
  w.run();
  CHECK(told(bob) == "eve");
  person& back = w.people.emplace_back();
  back.self = w.hub.enter(back.ear, again).value();
  w.run();
  CHECK(told(bob) == "eve zed");
  CHECK(w.say(bob, "/ignore") == lines{"ignoring eve"});
  w.say(bob, "/unignore eve");
  w.run();
  CHECK(told(bob).empty());
  // Who was never of that account is nobody's matter.
  w.come("other");
  w.run();
  CHECK(told(bob) == "-");
}
