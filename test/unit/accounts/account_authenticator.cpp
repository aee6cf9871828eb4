#include "accounts/account_authenticator.hpp"

#include "support/catch.hpp"
#include "support/task_queue.hpp"
#include "testing/manual_clock.hpp"

#include <algorithm>
#include <optional>

using namespace asio_chat;

namespace {

/// Lets everybody in; those with a token as that one.
class open_door final : public authenticator {
 public:
  void admit(credentials c, admit_done done) override {
    admission a;
    a.who = identity{0xff};
    if (c.token) {
      a.token = *c.token;
      a.who = identity{static_cast<std::uint8_t>(c.token->front())};
      a.may_come_back = true;
    }
    done(a);
  }
};

key_hash key(std::uint8_t n) {
  key_hash k{};
  k.fill(n);
  return k;
}

result<identity> identity_of_letters(const std::string& name) {
  identity who{};
  std::copy_n(name.begin(), std::min(name.size(), who.size()), who.begin());
  return who;
}

struct door {
  explicit door(account_authenticator::identity_maker names = {})
      : who(std::make_unique<open_door>(), known, allowed, std::move(names)) {}

  identity account(const std::string& name, bool disabled = false) {
    auto a = known.new_account(name, "hash").value();
    a.disabled = disabled;
    keep(fact_of(a));
    return a.id;
  }
  void certify(const identity& account, std::uint8_t n, bool proven = true) {
    keep(fact_of(known.new_certificate(key(n), account, {}, proven).value()));
  }
  void keep(fact f) {
    known.change([f]() -> result<std::vector<fact>> { return std::vector{f}; },
                 [](const result<void>& r) { REQUIRE(r.has_value()); });
    tasks.run();
  }
  authenticator::answer ask(credentials c) {
    std::optional<authenticator::answer> given;
    who.admit(std::move(c), [&given](authenticator::answer a) { given = std::move(a); });
    return given.value();
  }
  admission in(credentials c) { return std::get<admission>(ask(std::move(c))); }
  std::string refused(credentials c) { return std::get<denial>(ask(std::move(c))).why.message; }

  test::task_queue tasks;
  testing::manual_clock time;
  limits allowed;
  people known{nullptr, time, tasks.later()};
  account_authenticator who;
};

credentials showing(std::uint8_t n, std::string name = {}, std::vector<std::string> names = {}) {
  credentials c;
  c.name = std::move(name);
  c.shown = shown_certificate{key(n), std::move(names)};
  return c;
}

} // namespace

TEST_CASE("a certificate opens the account that it is bound to, whatever name is asked for") {
  door d;
  const identity alice = d.account("alice");
  d.certify(alice, 1);
  for (const char* name : {"", "alice", "somebody"}) {
    const admission a = d.in(showing(1, name));
    CHECK(a.who == alice);
    CHECK(a.name == "alice");
    CHECK(a.has_account);
    CHECK(a.may_come_back); // the certificate proves it again, without a token
    REQUIRE(a.certificate != nullptr);
    CHECK(a.certificate->opened);
  }
}

TEST_CASE("a certificate that is bound to nobody proves nothing, and none has nothing to say") {
  door d;
  d.certify(d.account("alice"), 1);
  const admission a = d.in(showing(2, "alice"));
  CHECK_FALSE(a.has_account);
  REQUIRE(a.certificate != nullptr);
  CHECK_FALSE(a.certificate->opened);
  CHECK(d.in({.name = "alice"}).certificate == nullptr);
}

TEST_CASE("a pin that was typed opens the account to who asks for its name alone") {
  door d;
  const identity mallory = d.account("mallory");
  d.certify(mallory, 1, false);
  CHECK_FALSE(d.in(showing(1, "alice")).has_account);
  CHECK_FALSE(d.in(showing(1)).has_account);
  CHECK(d.in(showing(1, "Mallory")).who == mallory);
}

TEST_CASE("a certificate goes before a device of another account") {
  door d;
  const identity alice = d.account("alice");
  const identity bob = d.account("bob");
  d.certify(alice, 1);
  d.keep(fact_of(d.known.new_device(identity{'t'}, bob)));
  credentials both = showing(1, "bob");
  both.token = "t";
  CHECK(d.in(both).who == alice);
  credentials unknown = showing(2, "bob");
  unknown.token = "t";
  CHECK(d.in(unknown).who == bob);
  CHECK_FALSE(d.in(unknown).certificate->opened);
}

TEST_CASE("a disabled account is closed to its certificate") {
  door d;
  d.certify(d.account("alice", true), 1);
  const auto no = std::get<denial>(d.ask(showing(1, "alice")));
  CHECK(no.why.message == "this account is disabled");
  CHECK(no.close == close_code::removed);
}

TEST_CASE("the text protocol says its name second, and nobody is anybody before") {
  door d;
  d.certify(d.account("alice"), 1);
  CHECK(d.who.wants_name());
  credentials first = showing(1);
  first.name_follows = true;
  CHECK_FALSE(d.in(first).has_account);
}

TEST_CASE("where names come from certificates, nobody comes in under another name") {
  door d(identity_of_letters);
  const admission a = d.in(showing(1, "", {"Alice"}));
  CHECK(a.name == "Alice");
  CHECK_FALSE(a.has_account);
  CHECK(a.may_come_back);
  CHECK(a.certificate->name == "Alice");
  CHECK(d.in(showing(2, "aLICE", {"Alice"})).who == a.who); // renewed, with another key
  const auto no = std::get<denial>(d.ask(showing(1, "bob", {"Alice"})));
  CHECK(no.why.message == "your certificate stands for Alice: come in as Alice");
  CHECK_FALSE(no.close); // the client may ask for the right one
  CHECK(d.refused({.name = "Alice"}) ==
        "here certificates say who is who, and you have shown none");
}

TEST_CASE("where names come from certificates, the name's account opens, and no other one") {
  door d(identity_of_letters);
  const identity alice = d.account("alice");
  const identity bob = d.account("bob");
  d.certify(bob, 1); // from before the setting
  d.keep(fact_of(d.known.new_device(identity{'t'}, bob)));
  credentials c = showing(1, "alice", {"alice"});
  c.token = "t";
  CHECK(d.in(c).who == alice);
  CHECK(d.in(c).certificate->opened);
  c.shown->common_names = {"carol"};
  c.name = "carol";
  CHECK_FALSE(d.in(c).has_account);
}

TEST_CASE("a certificate without a name that can be borne is refused with the reason") {
  door d(identity_of_letters);
  CHECK(d.refused(showing(1)) ==
        "your certificate has no common name, and here its common name is who you are");
  CHECK(d.refused(showing(1, "", {"alice", "bob"})) ==
        "your certificate has several common names, and here its common name is who you are");
  for (const std::string& name :
       {std::string(), std::string("alice\0bob", 9), std::string("a b"),
        std::string("alice@example.org"), std::string("-server-"), std::string("аlice"),
        std::string(21, 'a'), std::string("a\x1b[2J"), std::string("a\nb")}) {
    CAPTURE(name);
    const auto no = std::get<denial>(d.ask(showing(1, "", {name})));
    CHECK(no.why.message.starts_with("the common name of your certificate, "));
    CHECK(no.why.message.find_first_of("\n\x1b") == std::string::npos);
    CHECK(no.close == close_code::removed);
  }
}
