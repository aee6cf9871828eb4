#include "window_person.hpp"

#include "support/catch.hpp"

using namespace asio_chat;
using namespace asio_chat::app;
using person = window_person;

TEST_CASE("asio-chat window control: keys show windows, and hide their sides") {
  person p;
  p.said("den", "alice: look", 1);
  CHECK(p.calls == 1);
  p.meta(U'a');
  CHECK(p.state.all.current().title() == "#den");
  CHECK(p.sees("1 #lobby"));
  p.meta(U'r');
  CHECK_FALSE(p.sees("1 #lobby"));
  p.meta(U'g');
  p.type("lob");
  CHECK(p.sees("go to: lob"));
  p.control.press({key::kind::control, U'M'});
  CHECK(p.state.all.current().title() == "#lobby");
  p.meta(U'g');
  p.control.press({key::kind::control, U'G'});
  CHECK_FALSE(p.sees("go to:"));
  p.control.press({key::kind::control, U'L'});
  CHECK(p.redrawn == 1);
}

TEST_CASE("asio-chat window control: Tab completes commands of the client, aliases do theirs") {
  person p;
  p.type("/unal");
  p.control.press({key::kind::control, U'I'});
  CHECK(p.sees("> /unalias"));
  p.control.press({key::kind::control, U'U'});
  p.enter("/alias hi hello");
  p.enter("/hi there");
  REQUIRE(p.entered.size() == 1);
  CHECK(p.entered[0].text == "hello there");
  CHECK(p.entered[0].what == intent::say);
  p.enter("/query bob psst");
  CHECK(p.entered[1].text == "/msg bob psst");
  CHECK(p.sees("alice │ psst"));
  p.enter("/ignore carol");
  CHECK(p.entered.size() == 2);
}

TEST_CASE("asio-chat window control: a search that is given up leaves all as it was") {
  person p;
  p.type("half");
  p.control.press({key::kind::control, U'F'});
  p.type("tea");
  p.control.press({key::kind::control, U'G'});
  CHECK(p.entered.empty());
  CHECK(p.sees("> half"));
}

TEST_CASE("asio-chat window control: Escape leaves what is asked") {
  person p;
  const char32_t asks = GENERATE(U'g', U'F');
  if (asks == U'g') p.meta(U'g');
  if (asks == U'F') p.control.press({key::kind::control, U'F'});
  p.type("abc");
  CHECK(p.sees("abc"));
  p.control.press({key::kind::escape});
  CHECK(p.sees("\n>\n"));
  CHECK_FALSE(p.sees("abc"));
  CHECK(p.entered.empty());
}

TEST_CASE("asio-chat window control: what an editor makes of the text is typed") {
  person p;
  p.type("two lines");
  p.meta(U'e');
  CHECK(p.sees("> two lines"));
  CHECK(p.sees("  from the editor"));
  p.control.press({key::kind::control, U'M'});
  REQUIRE(p.entered.size() == 1);
  CHECK(p.entered[0].text == "two lines\nfrom the editor");
}

TEST_CASE("asio-chat window control: what an editor makes for a room that has gone is kept") {
  person p;
  p.editor_stays = true;
  p.type("text");
  p.meta(U'e');
  p.state.all.left("lobby");
  p.editor_ends();
  CHECK(p.sees("\n>\n"));
  p.enter_room("lobby");
  p.state.all.show_room("lobby");
  CHECK(p.sees("> text"));
  CHECK(p.sees("  from the editor"));
}

TEST_CASE("asio-chat window control: a key does what it is bound to") {
  person p;
  p.control.bind({"F5 window-2", "Ctrl-T /me waves", "Alt-2 nothing"});
  p.meta(U'2');
  CHECK(p.state.all.shown() == 1);
  p.control.press({key::kind::function, 5});
  CHECK(p.state.all.shown() == 2);
  p.type("half");
  p.control.press({key::kind::control, U'T'});
  REQUIRE(p.entered.size() == 1);
  CHECK(p.entered[0].kind == entry_kind::action);
  CHECK(p.sees("> half"));
  p.control.press({key::kind::control, U'U'});
  p.enter("/bind F5 next-unread");
  p.enter("/unbind Ctrl-T");
  p.enter("/bind");
  CHECK(p.sees("F5             next-unread"));
  CHECK_FALSE(p.sees("Ctrl-T         /me"));
  p.enter("/bind F13 x");
  CHECK(p.sees("there is no key 'F13'"));
}

TEST_CASE("asio-chat window control: what was typed is laid out for pictures, not for each key") {
  person p;
  p.laid_out = 0;
  p.type("a text that came as keys, however long it is");
  CHECK(p.laid_out == 0);
  p.screen();
  CHECK(p.laid_out == 1);
}

TEST_CASE("asio-chat window control: no key is lost while something is asked") {
  person p;
  p.type("half");
  const bool words = GENERATE(false, true);
  const auto ask = [&] {
    if (words) p.control.press({key::kind::control, U'F'});
    if (!words) p.meta(U'g');
  };
  ask();
  p.control.press({key::kind::paste, 0, "te\na"});
  CHECK(p.sees(": te a"));
  for (const auto& k : {key{key::kind::left}, key{key::kind::control, U'A'}, key{key::kind::erase}})
    p.control.press(k); // which mean nothing here
  CHECK(p.sees(": te a"));
  p.control.press({key::kind::control, U'W'});
  CHECK(p.sees(": te\n"));
  p.control.press({key::kind::control, U'U'});
  p.type("x");
  CHECK(p.sees(": x\n"));
  p.meta(U'2'); // shows something else
  CHECK(p.state.all.current().title() == "#den");
  CHECK_FALSE(p.sees(": x\n"));
  p.meta(U'1');
  CHECK(p.sees("> half"));
  ask();
  p.control.press({key::kind::control, U'R'});
  CHECK(p.sees("(search: )"));
  CHECK(p.entered.empty());
}

TEST_CASE("asio-chat window control: Tab chooses among the windows that a part of a name finds") {
  person p;
  p.enter_room("garden");
  p.meta(U'g');
  p.type("den");
  p.control.press({key::kind::control, U'I'});
  CHECK(p.sees(" 3 #garden  2 #den"));
  p.control.press({key::kind::control, U'M'});
  CHECK(p.state.all.current().title() == "#garden");
  p.meta(U'g');
  p.type("den");
  p.control.press({key::kind::up});
  p.control.press({key::kind::up});
  p.control.press({key::kind::control, U'M'});
  CHECK(p.state.all.current().title() == "#den");
}

TEST_CASE("asio-chat window control: keys that mean nothing to hits do what they do elsewhere") {
  person p;
  p.said("lobby", "tea", 1);
  p.type("half");
  const auto find = [&] {
    answers::found found;
    found.room = "lobby";
    found.entries.push_back({"lobby", {1, 1}, {}, "bob", entry_kind::message, "tea", {}});
    p.state.found = found;
    CHECK(p.sees("1 found in #lobby"));
  };
  find();
  p.control.press({key::kind::control, U'?'});
  CHECK_FALSE(p.sees("found in"));
  CHECK(p.sees("> hal"));
  find();
  p.meta(U'2');
  CHECK(p.state.all.current().title() == "#den");
  CHECK_FALSE(p.sees("found in"));
  p.control.bind({"F5 /who"});
  find();
  p.control.press({key::kind::function, 5});
  CHECK_FALSE(p.sees("found in"));
  REQUIRE(p.entered.size() == 1);
  find();
  p.control.press({key::kind::control, U'D'}); // leaves the hits, and not the chat
  CHECK_FALSE(p.sees("found in"));
  CHECK_FALSE(p.ended);
  find();
  p.control.press({key::kind::control, U'L'});
  CHECK(p.sees("found in"));
}

TEST_CASE("asio-chat window control: each window's text keeps its cursor and its changes") {
  person p;
  p.type("one two");
  p.control.press({key::kind::control, U'W'});
  p.meta(U'2');
  p.control.press({key::kind::control, U'Y'});
  CHECK(p.sees("> two"));
  p.meta(U'1');
  p.control.press({key::kind::control, U'_'});
  CHECK(p.sees("> one two"));
  p.control.press({key::kind::home});
  p.meta(U'2');
  p.meta(U'1');
  p.type("X");
  CHECK(p.sees("> Xone two"));
}

TEST_CASE("asio-chat window control: a key that stands for a line leaves what is typed") {
  person p;
  p.control.bind({"F5 /me waves"});
  p.meta(U'0');
  p.type("half");
  p.control.press({key::kind::function, 5});
  CHECK(p.sees("/me is for a room"));
  CHECK(p.sees("> half"));
}

TEST_CASE("asio-chat window control: a secret is shown nowhere in a line for later, nor kept") {
  const std::string before = GENERATE("/alias s /secret", "/bind F5 /secret", " /ALIAS s  /secret");
  person p;
  p.type(before + " word");
  CHECK(p.sees(before.substr(before.find('/')) + " ****"));
  p.control.press({key::kind::control, U'M'});
  CHECK(p.sees("a secret is not kept"));
  CHECK_FALSE(p.sees("word"));
  p.control.press({key::kind::control, U'U'});
  p.control.press({key::kind::up});
  CHECK(p.sees("\n>\n"));
  p.enter(before);
  CHECK_FALSE(p.sees("> /"));
}

TEST_CASE("asio-chat window control: the screen is drawn again while a secret is asked for") {
  person p;
  p.enter("/secret");
  CHECK(p.sees("WORD:"));
  p.control.press({key::kind::control, U'L'});
  CHECK(p.redrawn == 1);
  CHECK(p.sees("WORD:"));
}

TEST_CASE("asio-chat windows: the status counts down while the client waits, also a second time") {
  window_person p;
  disconnected lost;
  lost.reason.phrase = "it was closed";
  lost.retry_in = std::chrono::milliseconds(400);
  p.next_attempt = lost.retry_in;
  p.news.show(lost, "");
  CHECK(p.screen().find("next attempt in 1 s") != std::string::npos);
  p.next_attempt = std::chrono::seconds(9); // nothing new is told of the next one
  CHECK(p.screen().find("next attempt in 9 s") != std::string::npos);
  p.next_attempt.reset();
  CHECK(p.screen().find("connecting...") != std::string::npos);
  connected again;
  again.again = true;
  again.name = "alice";
  p.news.show(again, "");
  CHECK(p.screen().find("not connected") == std::string::npos);
}
