// Certificates that open accounts, as members add and remove them.

#include "support/catch.hpp"
#include "unit/domain/moderated_world.hpp"

#include <memory>

using namespace asio_chat;
using test::lines;
using test::moderated_world;
using test::person;

namespace {

key_hash key(std::uint8_t n) {
  key_hash k{};
  k.fill(n);
  return k;
}

struct certified_world : moderated_world {
  using moderated_world::moderated_world;

  /// Somebody who shows a certificate.
  person& show(std::uint8_t n, const std::string& name, certificate_login came = {}) {
    person& p = people.emplace_back();
    came.key = key(n);
    login l{new_identity(), name, true, true};
    l.token = l.who;
    l.host = test::address(++hosts);
    l.certificate = std::make_shared<const certificate_login>(came);
    if (came.opened) {
      const account* a = hub.people().of_certificate(key(n), name);
      REQUIRE(a != nullptr);
      l.who = a->id;
      l.name = a->name;
      l.as = a->role;
      l.has_account = true;
    }
    p.ear.shielded.encrypted = true;
    p.ear.shielded.client_subject = "CN=" + name;
    p.self = hub.enter(p.ear, l).value();
    hub.join(*p.self, "lobby", "").value();
    settle();
    return p;
  }
  /// Shows a certificate, and is logged in by the password.
  person& known_showing(std::uint8_t n, const std::string& name) {
    known(name);
    person& p = show(n, name + "-guest");
    REQUIRE(say(p, "/login " + name + " password").front() == "you are logged in as " + name);
    settle();
    return p;
  }
};

limits three_connections() {
  limits l = test::domain_world::without_history();
  l.member_connections = 3;
  return l;
}

} // namespace

TEST_CASE("the certificate of a connection is added with the password, listed and removed") {
  certified_world w;
  person& alice = w.known_showing(1, "alice");
  CHECK(w.say(alice, "/cert") == lines{"no certificate opens your account"});
  CHECK(w.say(alice, "/cert add wrong") == lines{"wrong password"});
  CHECK(w.hub.people().find_certificate(key(1)) == nullptr);
  CHECK(w.say(alice, "/cert add password") ==
        lines{"certificate 1 opens your account from now on"});
  CHECK(w.hub.people().of_certificate(key(1), "whoever")->name == "alice");
  CHECK(w.say(alice, "/cert list") ==
        lines{"1: " + pin_of(key(1)) + ", CN=alice-guest, since 2019-12-20, this one"});
  CHECK(w.say(alice, "/cert add password") == lines{"this certificate is yours already, number 1"});
  CHECK(w.say(alice, "/cert remove 2") ==
        lines{"your account has no such certificate: see /cert list"});
  CHECK(w.say(alice, "/cert remove 1") == lines{"certificate 1 opens your account no more"});
  CHECK_FALSE(alice.ear.closed); // it came by a password
  CHECK(w.hub.people().find_certificate(key(1)) == nullptr);
}

TEST_CASE("what cannot be added is told with what helps") {
  certified_world w;
  person& plain = w.known("alice");
  CHECK(w.say(plain, "/cert add password") ==
        lines{"this connection has no TLS, and so no certificate: give the pin of one"});
  plain.ear.shielded.encrypted = true;
  CHECK(w.say(plain, "/cert add password") ==
        lines{"this connection shows no certificate: come in with one, or give its pin"});
  CHECK(w.say(plain, "/cert add") ==
        lines{"this connection shows no certificate: come in with one, or give its pin"});
  CHECK(w.say(plain, "/cert add " + pin_of(key(4))) == lines{"say /cert add PASSWORD [PIN]"});
  CHECK(w.say(plain, "/cert add password " + std::string(64, 'a'))
            .front()
            .starts_with("that is the fingerprint of a certificate"));
  CHECK(w.say(plain, "/cert remove") == lines{"say /cert remove NUMBER, see /cert list"});
  CHECK(w.say(plain, "/cert remove 1x").front().starts_with("that is no pin of a key"));
  CHECK(w.say(plain, "/cert sell") == lines{"ACTION is one of: list, add, remove"});
  person& guest = w.show(9, "bob");
  CHECK(w.say(guest, "/cert add password") == lines{"you are not logged in to an account"});
}

TEST_CASE("a pin that is typed opens to the account's name, and gives way to who shows it") {
  certified_world w;
  person& mallory = w.known("mallory");
  CHECK(w.say(mallory, "/cert add password " + pin_of(key(1))) ==
        lines{"certificate 1 opens your account from now on, to who asks for the name mallory"});
  CHECK(w.hub.people().of_certificate(key(1), "alice") == nullptr);
  CHECK(w.say(mallory, "/cert")
            .front()
            .ends_with(", typed: it opens this account to who asks for the name mallory"));
  person& alice = w.known_showing(1, "alice");
  CHECK(w.say(alice, "/cert add password") ==
        lines{"certificate 1 opens your account from now on"});
  CHECK(w.hub.people().of_certificate(key(1), "mallory")->name == "alice");
  CHECK(w.say(mallory, "/cert") == lines{"no certificate opens your account"});
  CHECK(w.say(mallory, "/cert add password " + pin_of(key(1))) ==
        lines{"this certificate is another account's; a certificate is one person's"});
}

TEST_CASE("two accounts that add one certificate at once: one has it, the other is told") {
  certified_world w;
  person& alice = w.known_showing(1, "alice");
  person& bob = w.known_showing(1, "bob");
  w.type(alice, "/cert add password", {}, "r");
  w.type(bob, "/cert add password", {}, "r");
  w.run();
  CHECK(alice.ear.last<reply>().lines == lines{"certificate 1 opens your account from now on"});
  CHECK(bob.ear.last<refused>().message ==
        "this certificate is another account's; a certificate is one person's");
}

TEST_CASE("who came by a certificate goes with it at once, and nobody else does") {
  certified_world w(three_connections());
  person& alice = w.known_showing(1, "alice");
  REQUIRE(w.say(alice, "/cert add password").front().starts_with("certificate 1"));
  person& laptop = w.show(1, "alice", {.opened = true});
  CHECK(&laptop.self->of() == &alice.self->of());
  person& lobby = w.come("bob");
  CHECK(w.say(alice, "/cert remove " + pin_of(key(1))) ==
        lines{"certificate 1 opens your account no more"});
  REQUIRE(laptop.ear.closed);
  CHECK(laptop.ear.closed->code == close_code::removed);
  CHECK(laptop.ear.closed->phrase == "your certificate was removed by /cert");
  CHECK_FALSE(alice.ear.closed);
  CHECK_FALSE(lobby.ear.closed);
}

TEST_CASE("who has logged out and in by the password did not come by the certificate") {
  certified_world w(three_connections());
  person& alice = w.known_showing(1, "alice");
  REQUIRE(w.say(alice, "/cert add password").front().starts_with("certificate 1"));
  person& laptop = w.show(1, "alice", {.opened = true});
  REQUIRE(w.say(laptop, "/logout").front().starts_with("you are a guest"));
  REQUIRE(w.say(laptop, "/login alice password").front() == "you are logged in as alice");
  w.say(alice, "/cert remove 1");
  CHECK_FALSE(laptop.ear.closed);
}

TEST_CASE("a device that is revoked while it adds a certificate adds none") {
  certified_world w(three_connections());
  person& phone = w.known_showing(1, "alice");
  person& laptop = w.come("guest");
  REQUIRE(w.say(laptop, "/login alice password").front() == "you are logged in as alice");
  w.type(phone, "/cert add password", {}, "r");
  w.type(laptop, "/devices all", {}, "r");
  w.run();
  CHECK(phone.ear.last<refused>().message == "you have been logged out meanwhile");
  CHECK(w.hub.people().find_certificate(key(1)) == nullptr);
}

TEST_CASE("an account without a password adds by a connection that came by certificate") {
  certified_world w;
  w.hub.people().change(
      [&]() -> result<std::vector<fact>> {
        auto a = w.hub.people().new_account("alice", "");
        return std::vector<fact>{
            fact_of(*a), fact_of(w.hub.people().new_certificate(key(1), a->id, {}, true).value())};
      },
      [](const result<void>& r) { CHECK(r.has_value()); });
  w.run();
  person& alice = w.show(1, "alice", {.opened = true});
  CHECK(w.say(alice, "/cert add " + pin_of(key(2))) ==
        lines{"certificate 2 opens your account from now on, to who asks for the name alice"});
  CHECK(w.say(alice, "/cert add anything " + pin_of(key(3))) ==
        lines{"your account has no password that could be asked for: say /cert add, or /cert add "
              "PIN"});
  CHECK(w.say(alice, "/password guess-guess battery-staple") == lines{"wrong password"});
}

TEST_CASE("where names come from certificates nobody becomes somebody else") {
  certified_world w;
  w.known("bob");
  person& alice = w.show(1, "alice", {.name = "alice"});
  const lines no{"your certificate stands for alice, and here you are nobody else"};
  CHECK(w.say(alice, "/nick carol") == no);
  w.say(alice, "/nick ALICE");
  CHECK(alice.self->name() == "ALICE");
  CHECK(w.say(alice, "/login bob password") == no);
  REQUIRE(w.say(alice, "/register password").front().starts_with("you are logged in"));
  CHECK(w.say(alice, "/logout") == no);
  CHECK(w.say(alice, "/cert add password").front().starts_with("on this server a certificate "));
}

TEST_CASE("a second factor that is required counts for who comes by certificate, too") {
  certified_world w(test::domain_world::without_history(), {}, nullptr, true, true,
                    factor_need::operators);
  person& olga = w.known("olga", role::op);
  w.say(olga, "/cert add password " + pin_of(key(1)));
  person& again = w.show(1, "olga", {.opened = true});
  CHECK(again.self->of().role() == role::voice);
}

TEST_CASE("a ban keeps out who comes back with the same certificate and another name") {
  certified_world w;
  person& op = w.known("olga", role::op);
  person& mallory = w.show(1, "mallory");
  REQUIRE(w.say(op, "/ban mallory spam").front().starts_with("you have banned mallory"));
  const auto refusal = [&](std::uint8_t n, role as = role::guest) -> std::string {
    person& p = w.people.emplace_back();
    login l{w.new_identity(), "other" + std::to_string(w.people.size()), true, true};
    l.token = l.who;
    l.as = as;
    l.certificate = std::make_shared<const certificate_login>(certificate_login{key(n)});
    p.self = w.hub.enter(p.ear, l).value();
    const auto in = w.hub.join(*p.self, "lobby", "");
    return in ? "" : in.error().message;
  };
  CHECK(refusal(1) == "you are banned here: spam");
  CHECK(refusal(2).empty());
  CHECK(refusal(1, role::op).empty()); // many may share a certificate
  CHECK(mallory.self->memberships().empty());
}

TEST_CASE("a ban is not about the certificate that the moderator shows as well") {
  certified_world w;
  w.known("olga", role::op);
  person& op = w.show(1, "olga-guest");
  REQUIRE(w.say(op, "/login olga password").front() == "you are logged in as olga");
  w.show(1, "mallory");
  REQUIRE(w.say(op, "/ban mallory spam").front().starts_with("you have banned mallory"));
  CHECK(w.hub.people().bans().begin()->second.devices.empty());
}
