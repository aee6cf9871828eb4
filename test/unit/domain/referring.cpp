// What refers to something said before: edits, deletions, answers, reactions.

#include "domain/message_ids.hpp"
#include "domain/referring_posts.hpp"
#include "unit/domain/moderated_world.hpp"

#include <algorithm>

using namespace asio_chat;
using test::domain_world;
using test::heard;
using test::lines;
using test::moderated_world;
using test::person;

namespace {

const std::string gone(destroyed_text);

struct world : moderated_world {
  using moderated_world::moderated_world;

  /// What the log of the lobby says, without who joined.
  heard log_says(const std::string& room = "lobby") {
    heard all;
    memory.read(room, {{log_range::side::after, {}, 1'000'000}, std::size_t{1} << 30},
                [&](const result<journal::page>& p) {
                  for (const journal::record& r : p->entries)
                    all.push_back(r.what.text);
                });
    run();
    return all;
  }
  /// As a program does it.
  void refer(person& p, requests::any what, std::string_view id, std::string_view room = {}) {
    hub.dispatch(*p.self, {std::string(room), std::string(id), std::move(what)});
  }
};

template <class What>
What at(std::uint64_t offset, std::string text = {}, std::string id = {}) {
  return What{{{offset, 0}, std::move(text), std::move(id)}};
}

} // namespace

TEST_CASE("an edit is an entry that everybody hears, its author too, and the old text is gone") {
  world w;
  person& alice = w.come("alice");
  person& bob = w.come("bob");
  w.say(alice, "hallo");
  w.settle();
  w.type(alice, "/edit hello", {}, "r");
  w.run();
  CHECK(alice.news() == heard{"lobby@2 alice: hello (edits 1)", "ack r lobby@2"});
  CHECK(bob.news() == heard{"lobby@2 alice: hello (edits 1)"});
  CHECK(w.log_says() == heard{gone, "hello"});
  w.say(alice, "/edit hello there");
  CHECK(w.log_says() == heard{gone, gone, "hello there"});
  CHECK(bob.news() == heard{"lobby@3 alice: hello there (edits 1)"});
}

TEST_CASE("a deletion destroys the text, says so to all, and tells its author what is gone") {
  world w;
  person& alice = w.come("alice");
  person& bob = w.come("bob");
  w.say(alice, "too much\nsaid");
  w.say(alice, "/edit far too much\nsaid");
  w.settle();
  CHECK(w.say(alice, "/delete") == lines{"destroyed: far too much said"});
  CHECK(bob.news() == heard{"lobby@3 alice* deleted a message (deletes 1)"});
  CHECK(w.log_says() == heard{gone, gone, "deleted a message"});
  CHECK(w.say(alice, "/delete @1") == lines{"what entry 1 said was destroyed"});
  CHECK(w.say(alice, "/edit @1 again") == lines{"what entry 1 said was destroyed"});
  CHECK(w.say(bob, "/reply @1 what was it?") == lines{"what entry 1 said was destroyed"});
  CHECK(w.say(bob, "/react @1 ?") == lines{"what entry 1 said was destroyed"});
}

TEST_CASE("without a number one's newest is meant, and -2 counts back") {
  world w;
  person& alice = w.come("alice");
  person& bob = w.come("bob");
  CHECK(w.say(alice, "/delete") == lines{"nothing was said in lobby yet"});
  for (const char* text : {"one", "two", "three"})
    w.say(alice, text);
  w.say(bob, "four");
  w.say(alice, "/edit -2 TWO");
  CHECK(w.log_says() == heard{"one", gone, "three", "four", "TWO"});
  w.say(alice, "/edit -2 Two"); // the place counts, not when it was edited
  CHECK(w.log_says() == heard{"one", gone, "three", "four", gone, "Two"});
  w.say(alice, "/delete");
  w.say(alice, "/delete");
  CHECK(w.log_says() ==
        heard{"one", gone, gone, "four", gone, gone, "deleted a message", "deleted a message"});
  w.say(alice, "/delete");
  CHECK(w.say(alice, "/delete").front().starts_with("there are not so many things that you have"));
}

TEST_CASE("a text that only looks like a number of an entry is text, and a number has to be one") {
  world w;
  person& alice = w.come("alice");
  w.say(alice, "cold");
  w.say(alice, "/edit -1 -x  is   a switch");
  CHECK(w.log_says().back() == "-x  is   a switch");
  w.say(alice, "/edit @bob - look");
  CHECK(w.log_says().back() == "@bob - look");
  w.say(alice, "/edit - is a dash");
  CHECK(w.log_says().back() == "- is a dash");
  w.say(alice, "/edit -1 -2 degrees");
  CHECK(w.log_says().back() == "-2 degrees");
  for (const std::string bad : {"-0", "@0", "-1001", "@99999999999999999999", "-x", "-1x", "@4l"})
    CHECK(w.say(alice, "/edit " + bad + " x").front().ends_with("behind it: /edit -1 " + bad));
  CHECK(w.log_says().back() == "-2 degrees"); // and was not overwritten by mistake
  const std::string usage = "WHICH must be -1 to -1000, counted back among what can be meant, or @ "
                            "and the number of an entry; usage: /delete [WHICH]";
  for (const char* bad : {"0", "-0", "@0", "7", "-1001", "@-1", "@99999999999999999999", "@1x"})
    CHECK(w.say(alice, std::string("/delete ") + bad) == lines{usage});
  CHECK(w.say(alice, "/delete @99") == lines{"lobby has no entry 99: its newest one is 5"});
  CHECK(w.say(alice, "/edit") == lines{"TEXT is missing; usage: /edit [WHICH] TEXT"});
  CHECK(w.say(alice, "/edit @1") == lines{"TEXT is missing; usage: /edit [WHICH] TEXT"});
  CHECK(w.say(alice, "/react") == lines{"SIGN is missing; usage: /react [WHICH] SIGN"});
}

TEST_CASE(
    "nobody edits what others have said, and operators may delete it, which is written down") {
  world w;
  person& olga = w.known("olga", role::op);
  person& alice = w.known("alice");
  person& bob = w.known("bob");
  w.say(olga, "/join audit");
  w.say(alice, "rude words");
  CHECK(w.say(bob, "/edit @1 mild words") == lines{"you may edit only what you have said"});
  CHECK(w.say(bob, "/delete @1") == lines{"you may delete only what you have said"});
  CHECK(w.say(olga, "/edit @1 mild words") == lines{"you may edit only what you have said"});
  w.settle();
  CHECK(w.say(olga, "/delete @1", "lobby") == lines{"destroyed: rude words"});
  CHECK(bob.news() == heard{"lobby@2 olga* deleted a message of alice (deletes 1)"});
  CHECK(w.log_says("audit") == heard{"olga has deleted a message of alice in lobby (entry 1)"});
  CHECK(w.say(alice, "/edit @1 again") == lines{"what entry 1 said was destroyed"});
}

TEST_CASE("who has the name later has no hold on what was said under it") {
  world w;
  person& alice = w.come("alice");
  w.say(alice, "mine");
  w.leave(alice, true);
  w.settle();
  person& another = w.come("alice");
  CHECK(w.say(another, "/delete @1") == lines{"you may delete only what you have said"});
  CHECK(w.say(another, "/edit @1 yours") == lines{"you may edit only what you have said"});
  CHECK(w.log_says() == heard{"mine"});
}

TEST_CASE("after a while members leave things as they are, and operators need not") {
  limits l = domain_world::without_history();
  l.edit_time = std::chrono::minutes(15);
  world w(l);
  person& olga = w.known("olga", role::op);
  person& alice = w.known("alice");
  w.say(alice, "early");
  w.clock.advance(std::chrono::minutes(15));
  w.say(alice, "/edit Early");
  CHECK(w.log_says() == heard{gone, "Early"});
  w.clock.advance(std::chrono::milliseconds(1));
  const lines late{"this was said more than 15 min ago: it stays as it is"};
  CHECK(w.say(alice, "/edit EARLY") == late);
  CHECK(w.say(alice, "/delete") == late);
  CHECK(w.say(olga, "/delete @1") == lines{"destroyed: Early"});
  CHECK(w.log_says() == heard{gone, gone, "deleted a message of alice"});
}

TEST_CASE("what many entries have followed is not edited, and can be deleted") {
  world w(domain_world::without_history(), {.entries_per_room = 20'000});
  person& alice = w.come("alice");
  w.say(alice, "long ago");
  w.say(alice, "/edit so long ago");
  const auto others_say = [&w](std::uint64_t entries) {
    for (std::uint64_t n = 0; n < entries; ++n)
      w.memory.append({"lobby", {}, {}, "host", entry_kind::message, "x", ""}, {},
                      [](const auto&) {});
    w.settle();
  };
  others_say(referring_posts::reach - 1);
  w.say(alice, "/edit @1 once");
  const std::string newest = std::to_string(referring_posts::reach + 2);
  CHECK(w.log_says().back() == "once");
  CHECK(w.say(alice, "/edit @1 now") ==
        lines{"more than 10000 entries came after it: it stays as it is"});
  CHECK(w.say(alice, "/edit") == lines{"TEXT is missing; usage: /edit [WHICH] TEXT"});
  CHECK(w.say(alice, "/delete").front() ==
        "there are not so many things that you have said among the last 1000 entries; name one by "
        "its number, @" +
            newest);
  CHECK(w.say(alice, "/delete @1") == lines{"destroyed: once"});
  const heard left = w.log_says();
  CHECK(left.front() == gone);
  CHECK(left[referring_posts::reach + 1] == gone);
}

TEST_CASE("an answer and a reaction name what they are about, which is another's newest") {
  world w;
  person& alice = w.come("alice");
  person& bob = w.come("bob");
  w.say(alice, "tea?");
  w.say(bob, "hm");
  w.settle();
  w.type(bob, "/reply yes", {}, "r");
  w.type(bob, "/react @1 \U0001F44D", {}, "s");
  w.run();
  CHECK(alice.news() ==
        heard{"lobby@3 bob: yes (answers 1)", "lobby@4 bob* \U0001F44D (reacts to 1)"});
  CHECK(bob.news() == heard{"lobby@3 bob: yes (answers 1)", "ack r lobby@3",
                            "lobby@4 bob* \U0001F44D (reacts to 1)", "ack s lobby@4"});
  CHECK(w.log_says().front() == "tea?");
  CHECK(w.say(bob, "/react " + std::string(33, '+')) ==
        lines{"a reaction has at most 32 bytes; /reply says more"});
  CHECK(w.say(bob, "/react a\nb") == lines{"a reaction is one line"});
  w.say(alice, "/edit -1 coffee?");
  w.settle();
  w.say(bob, "/reply @5 sure"); // what edits an entry stands for it
  CHECK(bob.news().front() == "lobby@6 bob: sure (answers 1)");
  w.say(bob, "/edit surely"); // an answer is said, too
  CHECK(bob.news().front() == "lobby@7 bob: surely (edits 6)");
}

TEST_CASE("topics and notes about entries are not edited, deleted or answered") {
  world w;
  person& alice = w.known("alice", role::op);
  w.say(alice, "/topic tea");
  w.say(alice, "said");
  w.say(alice, "/react @2 +");
  w.say(alice, "/delete @2");
  for (const char* command : {"/edit @1 x", "/delete @1", "/reply @1 x", "/react @1 x"})
    CHECK(w.say(alice, command) == lines{"entry 1 is a topic: /topic sets another one"});
  for (const char* command : {"/edit @3 x", "/delete @4", "/reply @4 x", "/react @3 x"})
    CHECK(w.say(alice, command).front().ends_with("is nothing that was said"));
}

TEST_CASE("an action stays one when it is edited") {
  world w;
  person& alice = w.come("alice");
  person& bob = w.come("bob");
  w.say(alice, "/me wavs");
  w.say(alice, "/edit waves");
  w.settle();
  w.say(alice, "/edit waves wildly");
  CHECK(bob.news() == heard{"lobby@3 alice* waves wildly (edits 1)"});
}

TEST_CASE(
    "what is asked behind an edit comes behind it, and what is asked at once is done in turn") {
  world w;
  person& alice = w.come("alice");
  person& bob = w.come("bob");
  w.say(alice, "one");
  w.settle();
  for (const char* line : {"/edit two", "/edit three", "/delete"})
    w.type(alice, line);
  w.type(bob, "/reply and?");
  w.run();
  CHECK(w.log_says() == heard{gone, gone, "and?", gone, "deleted a message"});
  CHECK_FALSE(alice.ear.held);
}

TEST_CASE("what is sent again is done once: an edit, a deletion, an answer") {
  world w;
  person& alice = w.come("alice");
  w.say(alice, "one");
  w.settle();
  for (int again = 0; again < 2; ++again) {
    w.refer(alice, at<requests::edit>(1, "two", "e1"), "e1");
    w.run();
  }
  CHECK(alice.news() ==
        heard{"lobby@2 alice: two (edits 1)", "ack e1 lobby@2", "ack again e1 lobby@2"});
  CHECK(w.log_says() == heard{gone, "two"});
  w.refer(alice, at<requests::answer>(1, "hm", "a1"), "a1");
  w.settle();
  for (int again = 0; again < 2; ++again) {
    w.refer(alice, at<requests::remove>(1, "", "d1"), "d1");
    w.run();
  }
  CHECK(alice.news() == heard{"lobby@4 alice* deleted a message (deletes 1)", "ack d1 lobby@4",
                              "ack again d1 lobby@4"});
  w.refer(alice, at<requests::remove>(1, "", "d2"), "d2"); // the same one, whatever its id
  w.run();
  CHECK(alice.news() == heard{"ack again d2 lobby@4"});
  w.refer(alice, at<requests::edit>(1, "three", "e2"), "e2");
  w.refer(alice, at<requests::answer>(1, "never said", "a2"), "a2");
  w.refer(alice, at<requests::answer>(1, "hm", "a1"), "a1"); // was said before the deletion
  w.run();
  const std::string none = "bad_arguments: what entry 1 said was destroyed";
  CHECK(alice.news() ==
        heard{"refused[e2] " + none, "refused[a2] " + none, "ack again a1 lobby@3"});
}

TEST_CASE("a deletion leaves its entry and its note, whatever its id was used for before") {
  world w;
  person& olga = w.known("olga", role::op);
  person& alice = w.come("alice");
  w.say(alice, "one");
  w.say(alice, "two");
  w.send(olga, "fine", "used");
  w.refer(olga, at<requests::remove>(1, "", "used"), "used");
  w.settle();
  w.refer(olga, at<requests::remove>(2, "", "used"), "used");
  w.run();
  CHECK(alice.news() == heard{"lobby@5 olga* deleted a message of alice (deletes 2)"});
  CHECK(w.log_says() ==
        heard{gone, gone, "fine", "deleted a message of alice", "deleted a message of alice"});
  CHECK(w.log_says("audit").back() == "olga has deleted a message of alice in lobby (entry 2)");
  // A message is no deletion either, and neither of them an edit.
  w.send(olga, "what is this?", "x");
  w.settle();
  w.refer(olga, at<requests::edit>(6, "what was this?", "x"), "x");
  w.run();
  CHECK(olga.news() == heard{"lobby@7 olga: what was this? (edits 6)", "ack x lobby@7"});
}

TEST_CASE("a deletion whose end was lost is completed when it is sent again") {
  world w;
  person& alice = w.come("alice");
  w.say(alice, "one");
  w.memory.destroy("lobby", {1}, [](const auto&) {}); // and then the server has gone
  w.settle();
  w.refer(alice, at<requests::remove>(1, "", "d1"), "d1");
  w.run();
  CHECK(alice.news() == heard{"lobby@2 alice* deleted a message (deletes 1)", "ack d1 lobby@2"});
}

TEST_CASE("an edit whose end was lost takes what it replaces when it is sent again") {
  world w;
  person& alice = w.come("alice");
  w.say(alice, "one");
  const entry_reference about{entry_reference::kind::edit, 1};
  const endpoint& by = *alice.self;
  entry stored{"lobby",
               {},
               {},
               "alice",
               entry_kind::message,
               "two",
               id_in_log("e1", by.who(), by.token(), about)};
  stored.refers = about;
  w.memory.append(std::move(stored), alice.self->who(), [](const auto&) {}); // and then it has gone
  w.settle();
  CHECK(w.log_says() == heard{"one", "two"});
  w.refer(alice, at<requests::edit>(1, "two", "e1"), "e1");
  w.run();
  CHECK(alice.news() == heard{"ack again e1 lobby@2"});
  CHECK(w.log_says() == heard{gone, "two"});
  w.say(alice, "/edit three");
  w.refer(alice, at<requests::edit>(1, "two", "e1"), "e1"); // late: what came after it stays
  w.run();
  CHECK(w.log_says() == heard{gone, gone, "three"});
}

TEST_CASE("who was muted, put out or has gone meanwhile does nothing any more") {
  world w;
  person& olga = w.known("olga", role::op);
  person& alice = w.known("alice");
  person& bob = w.known("bob");
  w.say(alice, "one");
  w.say(bob, "two");
  w.settle();
  w.log.stopped = true; // the entry is being looked for
  w.type(alice, "/edit ONE", {}, "r");
  w.hub.put_out(alice.self->of(), "lobby", "out");
  w.log.go();
  w.run();
  CHECK(alice.news().back() == "refused[r] not_in_room: you are not in lobby");
  w.log.stopped = true;
  w.type(bob, "/edit TWO", {}, "r");
  w.type(olga, "/mute bob");
  w.run();
  w.log.go();
  w.run();
  CHECK(std::ranges::count(bob.news(),
                           "refused[r] not_allowed: you may not do that here any more") == 1);
  CHECK(w.log_says().front() == "one");
  CHECK(w.say(bob, "/edit TWO").front().starts_with("you are muted here"));
  CHECK(w.say(bob, "/delete") == lines{"destroyed: two"}); // takes no word
  w.log.stopped = true;
  w.type(olga, "/delete @1");
  w.leave(olga);
  w.log.go();
  w.run();
  CHECK(w.log_says().front() == "one");
}

TEST_CASE("a journal that fails says so, and the next one is looked after") {
  world w;
  person& alice = w.come("alice");
  w.say(alice, "one");
  w.log.broken = fail(errc::storage_failed, "broken");
  CHECK(w.say(alice, "/edit two") == lines{"the room's log cannot be read now; try again later"});
  w.log.broken.reset();
  w.say(alice, "/edit two");
  CHECK(w.log_says() == heard{gone, "two"});
  w.settle();
  w.log.cannot_destroy = fail(errc::storage_failed, "the disk is full");
  w.type(alice, "/edit three", {}, "r");
  w.run();
  CHECK(alice.ear.last<reply>().lines ==
        lines{"the old text could not be destroyed, edit or delete it again: the disk is full"});
  CHECK(alice.ear.all<acknowledged>().size() == 1);
  CHECK(w.log_says() == heard{gone, "two", "three"});
  CHECK(w.say(alice, "/delete") == lines{"the disk is full"});
  CHECK(w.log_says() == heard{gone, "two", "three"}); // and nobody was told otherwise
  w.log.cannot_destroy.reset();
  CHECK(w.say(alice, "/delete") == lines{"destroyed: three"}); // and what was left over
  CHECK(w.log_says() == heard{gone, gone, gone, "deleted a message"});
  w.say(alice, "four");
  w.log.can_destroy = false;
  const lines no{
      "the history of this server keeps what was said: nothing can be edited or deleted"};
  CHECK(w.say(alice, "/edit three") == no);
  CHECK(w.say(alice, "/delete") == no);
  person& bob = w.come("bob");
  w.say(bob, "/reply yes"); // needs nothing of it
  CHECK(w.log_says().back() == "yes");
}

TEST_CASE("who reads slowly gets what is left of a text that was deleted meanwhile") {
  world w;
  person& alice = w.come("alice");
  person& slow = w.come("slow");
  slow.ear.room_for = 0;
  for (const char* line : {"one", "two", "three", "/delete -2"})
    w.say(alice, line);
  slow.ear.events.clear();
  slow.ear.room_for = 100;
  hub::ready(*slow.self);
  w.run();
  CHECK(slow.news() == heard{"lobby@2 alice= " + gone, "lobby@3 alice: three",
                             "lobby@4 alice* deleted a message (deletes 2)"});
}
