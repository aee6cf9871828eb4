// What is asked again although it is so already: by a client whose answer was lost, say.
#include "unit/domain/moderated_world.hpp"

#include <algorithm>
#include <string>

using namespace asio_chat;
using test::heard;
using test::lines;
using test::moderated_world;
using test::person;

namespace {

struct again_world : moderated_world {
  person& owner = known("olga", role::owner);
  person& alice = known("alice");
  person& auditor = come_to_audit();

  person& come_to_audit() {
    person& p = known("auditor", role::op);
    say(p, "/join audit");
    settle();
    return p;
  }
  /// Asks twice: others hear of the first time alone.
  lines twice(const std::string& line) {
    say(owner, line);
    CHECK(owner.ear.last<refused>().message.empty());
    settle();
    lines told = say(owner, line);
    INFO(line);
    CHECK(owner.ear.last<refused>().message.empty());
    CHECK(alice.news().empty());
    CHECK(auditor.news().empty());
    return told;
  }
};

} // namespace

TEST_CASE("roles and modes that are so already are told plainly, and to nobody else") {
  again_world w;
  CHECK(w.twice("/role alice voice") == lines{"alice is voice of lobby already"});
  CHECK(w.twice("/op alice") == lines{"alice is operator of lobby already"});
  CHECK(w.twice("/deop alice") == lines{"alice has no role of lobby that could be taken"});
  CHECK(w.twice("/mode moderated on") == lines{"moderated is on already"});
  CHECK(w.twice("/mode moderated off") == lines{"moderated is off already"});
  CHECK(w.twice("/slow 5") == lines{"a message each 5 s is what this room takes already"});
  CHECK(w.twice("/slow 0") == lines{"this room is not slow"});
}

TEST_CASE("a role on the server and an invitation into a room are given once") {
  again_world w;
  person& bob = w.known("bob");
  CHECK(w.twice("/role bob voice everywhere") == lines{"bob is voice of the server already"});
  CHECK(w.twice("/invite bob") == lines{"bob is invited already; /invite bob off takes it back"});
  w.settle();
  CHECK(bob.news().empty());
}

TEST_CASE("a topic that is there already is told, and not said again") {
  again_world w;
  CHECK(w.twice("/topic tea") == lines{"topic: tea"});
  // What is under way may change it: then it is said.
  w.type(w.owner, "/topic coffee", {}, "a");
  w.type(w.owner, "/topic tea", {}, "b");
  w.run();
  w.settle();
  CHECK(w.say(w.alice, "/topic") == lines{"topic: tea"});
}

TEST_CASE("nobody is banned twice for the same") {
  again_world w;
  person& bob = w.known("bob");
  CHECK(w.twice("/mute bob loud") == lines{"bob is muted already, by olga: loud"});
  CHECK(w.hub.people().bans().size() == 1);
  CHECK(w.say(w.owner, "/mute bob 1h").front().starts_with("bob is muted already"));
  CHECK_FALSE(w.hub.people().bans().begin()->second.until); // never made shorter
  CHECK(w.twice("/unmute bob") == lines{"bob need not be unmuted: /bans lists who is"});
  CHECK(w.hub.people().bans().empty());
  // For longer it is another one in its place, and is told.
  w.say(w.owner, "/mute bob 1h");
  w.settle();
  CHECK(w.say(w.owner, "/mute bob 2h").front().starts_with("you have muted bob"));
  CHECK(w.alice.news().size() == 1);
  REQUIRE(w.hub.people().bans().size() == 1);
  CHECK(*w.hub.people().bans().begin()->second.until - w.clock.wall_now() == std::chrono::hours(2));
  // In another room, or of another kind, it is another one.
  w.say(w.owner, "/ban bob 1h");
  CHECK(w.hub.people().bans().size() == 2);
  CHECK_FALSE(w.may_speak(bob));
}

TEST_CASE("a limit that is set to what it is set to is told, and noted once") {
  again_world w;
  CHECK(w.twice("/limits reset rates").front().starts_with("rates is as it is configured"));
}

TEST_CASE("a displayed name that is there already is told to nobody again") {
  again_world w;
  CHECK(w.twice("/display -") == lines{"you have no displayed name"});
  CHECK(w.twice("/display - @alice") == lines{"alice has no displayed name"});
}
