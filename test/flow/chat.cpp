#include "support/chat_world.hpp"

#include "support/catch.hpp"

using namespace asio_chat;
using namespace asio_chat::test;

TEST_CASE("C11 C27 D3 E2: joins, lines and leaves reach the others, a line not its sender") {
  chat_world w;
  text_client& alice = w.join("alice");
  text_client& bob = w.join("bob");
  REQUIRE(w.until([&] { return alice.has("* bob joined the chat *"); }));

  alice.say("hello");
  REQUIRE(w.until([&] { return bob.has("alice: hello"); }));
  bob.say("hi");
  REQUIRE(w.until([&] { return alice.has("bob: hi"); }));
  CHECK(alice.count("alice: hello") == 0);
  CHECK(bob.count("bob: hi") == 0);

  bob.say("/quit");
  REQUIRE(w.until([&] { return alice.has("* bob left *"); }));
  REQUIRE(w.until([&] { return bob.ended; }));
  CHECK(bob.end_reason == asio::error::eof); // close_notify came: C53
  CHECK(alice.count("* bob left *") == 1);
}

TEST_CASE("C38: /quit in any case ends the session") {
  chat_world w;
  text_client& alice = w.join("alice");
  text_client& bob = w.join("bob");
  bob.say("/QuIt");
  REQUIRE(w.until([&] { return bob.ended && alice.has("* bob left *"); }));
}

TEST_CASE("C39: /who answers the asker alone") {
  chat_world w;
  text_client& alice = w.join("alice");
  text_client& bob = w.join("bob");
  bob.say("/who");
  REQUIRE(w.until([&] { return bob.has("* online: alice, bob *"); }));
  CHECK_FALSE(alice.has("* online: alice, bob *"));
}

TEST_CASE("C40: /nick changes the name, tells everybody, and refuses a taken one") {
  chat_world w;
  text_client& alice = w.join("alice");
  text_client& bob = w.join("bob");
  bob.say("/nick robert");
  REQUIRE(w.until([&] { return alice.has("* bob is now known as robert *"); }));
  bob.say("after");
  REQUIRE(w.until([&] { return alice.has("robert: after"); }));
  bob.say("/nick ALICE");
  REQUIRE(w.until([&] { return bob.has("* the name ALICE is taken *"); }));
  bob.say("/nick " + std::string(21, 'x'));
  REQUIRE(w.until([&] { return bob.has("* a name has at most 20 characters *"); }));
}

TEST_CASE("C41 C54: what begins with / and is no command is refused, and nothing is evaluated") {
  chat_world w;
  text_client& alice = w.join("alice");
  text_client& bob = w.join("bob");
  for (const std::string line : {"/rm -rf /", "/;reboot", "/$(reboot)", "/%n%n%n", "/{0}"}) {
    bob.lines.clear();
    bob.say(line);
    REQUIRE(w.until([&] { return !bob.lines.empty(); }));
    CHECK(bob.lines.front().starts_with("* there is no command /"));
  }
  for (const std::string line : {"; rm -rf /", "$(reboot)", "%s%n", "{0}"}) {
    bob.say(line);
    REQUIRE(w.until([&] { return alice.has("bob: " + line); }));
  }
  bob.say("//who"); // a line that begins with a slash
  REQUIRE(w.until([&] { return alice.has("bob: /who"); }));
}

TEST_CASE("/me, /msg, /topic and /help") {
  chat_world w;
  text_client& alice = w.join("alice");
  text_client& bob = w.join("bob");
  alice.say("/me waves");
  REQUIRE(w.until([&] { return bob.has("~ alice waves"); }));
  alice.say("/msg bob between us");
  REQUIRE(w.until([&] { return bob.has("[private] alice: between us"); }));
  REQUIRE(w.until([&] { return alice.has("* to bob: between us *"); }));
  alice.say("/msg nobody hello");
  REQUIRE(w.until([&] { return alice.has("* nobody here is called nobody *"); }));
  alice.say("/topic tea");
  REQUIRE(w.until([&] { return bob.has("* alice set the topic: tea *"); }));
  text_client& carol = w.join("carol");
  REQUIRE(w.until([&] { return carol.has("* topic: tea *"); }));
  carol.say("/help");
  REQUIRE(w.until([&] {
    return std::any_of(carol.lines.begin(), carol.lines.end(),
                       [](const std::string& l) { return l.starts_with("* /who"); });
  }));
  carol.say("/join den");
  REQUIRE(w.until([&] {
    return carol.has("* /join is not available here: the text protocol has one room *");
  }));
}

TEST_CASE("C26: a name is trimmed, cut at 20 characters, and made up where it is empty") {
  chat_world w;
  text_client& padded = w.raw({"  alice \n"});
  REQUIRE(w.until([&] { return padded.has("* alice joined the chat *"); }));
  text_client& longer = w.raw({std::string(30, 'b')});
  const std::string cut(20, 'b');
  REQUIRE(w.until([&] { return longer.has("* " + cut + " joined the chat *"); }));
  text_client& empty = w.raw({"   "});
  REQUIRE(w.until([&] { return !empty.lines.empty(); }));
  CHECK(empty.lines.front().starts_with("* anon-"));
  text_client& twice = w.raw({"alice"});
  REQUIRE(w.until([&] { return twice.has("* you are known as alice-2 *"); }));
  text_client& spaced = w.raw({"Bob Smith"});
  REQUIRE(w.until([&] { return spaced.has("* Bob_Smith joined the chat *"); }));
}

TEST_CASE("C42 D18: the passphrase comes first and is answered") {
  server_config config;
  config.passphrase = "open sesame";
  chat_world w(config);
  text_client& right = w.raw({"open sesame", "alice"});
  REQUIRE(w.until([&] { return right.has("* alice joined the chat *"); }));
  CHECK(right.lines.front() == "ok");
  text_client& wrong = w.raw({"guess", "mallory"});
  REQUIRE(w.until([&] { return wrong.ended; }));
  CHECK(wrong.lines == std::vector<std::string>{"wrong passphrase"});
  CHECK(w.logged("auth fail from 127.0.0.1:"));
  CHECK_FALSE(w.logged("guess"));
  CHECK_FALSE(right.has("* mallory joined the chat *"));
}

TEST_CASE("C15 C29 C32: blank lines are ignored, lines trimmed, bad UTF-8 and controls replaced") {
  chat_world w;
  text_client& alice = w.join("alice");
  text_client& bob = w.join("bob");
  bob.say("   \t ");
  bob.say("  padded  ");
  REQUIRE(w.until([&] { return alice.has("bob: padded"); }));
  CHECK(alice.lines.back() == "bob: padded");
  CHECK(alice.count("bob: ") == 0);
  bob.say("a\xff\xfe"
          "b\x1b[31m\x07");
  REQUIRE(w.until([&] { return alice.has("bob: a\uFFFD\uFFFDb\uFFFD[31m\uFFFD"); }));
}

TEST_CASE("C29 C30 C55: long texts arrive whole or are refused with the limit named") {
  chat_world w;
  text_client& alice = w.join("alice");
  text_client& bob = w.join("bob");
  const std::string five_thousand(5000, 'x');
  bob.say(five_thousand);
  REQUIRE(w.until([&] { return alice.has("bob: " + five_thousand); }));

  // The name comes before the text, so a full frame of text arrives in two. No byte is lost.
  const std::string whole(8192, 'y');
  bob.say(whole);
  REQUIRE(w.until([&] {
    std::size_t ys = 0;
    for (const std::string& l : alice.lines) {
      ys += static_cast<std::size_t>(std::count(l.begin(), l.end(), 'y'));
    }
    return ys == 8192;
  }));
  for (const std::string& l : alice.lines)
    CHECK(l.size() <= 8192);

  bob.send_raw(std::string("\x00\x00\x20\x01", 4)); // 8193 bytes are to come
  REQUIRE(w.until([&] { return bob.ended; }));
  CHECK(bob.lines.back() == "* message too large: at most 8192 bytes *");
  REQUIRE(w.until([&] { return alice.has("* bob left *"); }));
}

TEST_CASE("C29: a text over the limit of the server is refused, not cut") {
  server_config config;
  config.limits.text_bytes = 500;
  chat_world w(config);
  text_client& alice = w.join("alice");
  text_client& bob = w.join("bob");
  bob.say(std::string(501, 'x'));
  REQUIRE(w.until([&] { return bob.has("* the text has 501 bytes; at most 500 are allowed *"); }));
  bob.say("short");
  REQUIRE(w.until([&] { return alice.has("bob: short"); }));
  CHECK(alice.lines.size() == 3); // two joins and one line
}

TEST_CASE("a text with line breaks cannot pretend to be another member's line") {
  chat_world w;
  text_client& alice = w.join("alice");
  text_client& bob = w.join("bob");
  bob.say("hello\n* carol joined the chat *\ncarol: hi");
  REQUIRE(w.until(
      [&] { return alice.has("bob: hello\nbob: * carol joined the chat *\nbob: carol: hi"); }));
}

TEST_CASE("C59: equal names, and texts that imitate notices or others, are told apart") {
  chat_world w;
  text_client& carol = w.join("carol");
  text_client& ann = w.join("ann");
  text_client& other = w.raw({"ANN"});
  REQUIRE(w.until([&] { return carol.has("* ANN-2 joined the chat *"); }));
  CHECK(other.has("* you are known as ANN-2 *"));
  ann.say("mine");
  other.say("mine");
  REQUIRE(w.until([&] { return carol.has("ann: mine") && carol.has("ANN-2: mine"); }));
  other.say("/nick Ann");
  REQUIRE(w.until([&] { return other.has("* the name Ann is taken *"); }));
  // A text that looks like a notice, or like another member's line, has its author before it.
  for (const std::string imitation : {"* carol left *", "ann: me too", "[private] ann: psst"}) {
    other.say(imitation);
    REQUIRE(w.until([&] { return carol.has("ANN-2: " + imitation); }));
    CHECK(carol.count(imitation) == 0);
  }
  other.say("/nick *");
  REQUIRE(w.until([&] { return other.lines.back().find("name") != std::string::npos; }));
  CHECK(carol.count("* ANN-2 is now known as * *") == 0);
}
