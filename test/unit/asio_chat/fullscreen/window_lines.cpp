#include "window_person.hpp"

#include "support/catch.hpp"
#include "support/temp_directory.hpp"

#include <filesystem>

using namespace asio_chat;
using namespace asio_chat::app;
using person = window_person;

namespace {

/// A journal in a file, and the clients that use it one after the other.
struct place {
  test::temp_directory directory;
  typed_journal open() const {
    return typed_journal::open(std::filesystem::path(directory.string()) / "typed").value();
  }
};

} // namespace

TEST_CASE("asio-chat window control: a line is shown at once and goes to the room one looks at") {
  person p;
  p.meta(U'2');
  p.enter("hello");
  REQUIRE(p.entered.size() == 1);
  CHECK(p.entered[0].room == "den");
  CHECK(p.looked_at.back() == "den");
  CHECK(p.sees("alice │ hello"));
  CHECK(p.news.tracks(p.entered[0].from));
  p.news.show(acknowledged{"", "den", {1, 4}}, "", p.entered[0].from);
  CHECK(p.last().fate == log_line::state::kept);
}

TEST_CASE("asio-chat window control: a refused line says why where it stands") {
  person p;
  p.enter("hello");
  p.news.show(refused{"", errc::protocol_error, "too fast"}, "", p.entered[0].from);
  CHECK(p.sees("hello [not sent: too fast]"));
}

TEST_CASE("asio-chat window control: an action is one's own line, another command is not") {
  person p;
  p.enter("/me waves");
  CHECK(p.sees("~ alice │ waves"));
  reply kept;
  p.news.show(kept, "", p.entered[0].from);
  CHECK(p.last().fate == log_line::state::kept);
  p.enter("/who");
  CHECK(p.entered[1].from.ref.empty());
  CHECK_FALSE(p.sees("/who"));
  reply who;
  who.command = "who";
  who.lines = {"online: alice"};
  p.news.show(who, "", p.entered[1].from);
  CHECK(p.sees("* │ online: alice"));
}

TEST_CASE("asio-chat window control: what is typed in a conversation goes to that member alone") {
  person p;
  p.enter("/query bob");
  CHECK(p.state.all.current().title() == "@bob");
  p.enter("/msg bob psst");
  CHECK_FALSE(p.sees("alone"));
  p.enter("more");
  CHECK(p.entered[1].text == "/msg bob more");
  CHECK(p.entered[1].what == intent::command);
  p.enter("/me waves");
  CHECK(p.entered.size() == 2); // it would have gone to a room
  CHECK(p.last().text ==
        "/me is for rooms and between accounts; what goes to a guest is a message: leave /me out");
  CHECK(p.sees("> /me waves"));
}

TEST_CASE("asio-chat window control: who tells one member something stays, and sees it refused") {
  person p;
  const std::string here = p.state.all.current().title();
  p.enter("/msg bob psst");
  REQUIRE(p.entered.size() == 1);
  CHECK(p.entered[0].text == "/msg bob psst");
  CHECK(p.state.all.current().title() == here);
  CHECK(p.sees("to bob alone: psst"));
  CHECK(p.sees("@bob"));
  p.news.show(refused{"", errc::no_such_member, "there is no bob"}, "", p.entered[0].from);
  CHECK(p.last().text == "a line in @bob was not sent: there is no bob");
  p.enter("/query bob");
  CHECK(p.sees("psst [not sent: there is no bob]"));
}

TEST_CASE("asio-chat window control: what is about a message of a room is refused elsewhere") {
  person p;
  p.enter("/query bob");
  if (GENERATE(false, true)) p.meta(U'0');
  for (const std::string line :
       {"/edit x", "/delete", "/REPLY x", "/react +", "/pin", "/unpin", "/pins"}) {
    p.enter(line);
    CHECK(p.last().text.ends_with(" is for a room"));
    CHECK(p.sees("> " + line));
    p.control.press({key::kind::control, U'U'});
  }
  CHECK(p.entered.empty());
}

TEST_CASE("asio-chat window control: the server's window takes no message, and loses none") {
  person p;
  p.meta(U'0');
  p.enter("hello?");
  CHECK(p.entered.empty());
  CHECK(p.sees("> hello?"));
}

TEST_CASE("asio-chat window control: what is typed stays with its room") {
  person p;
  p.type("to the lobby");
  p.meta(U'2');
  CHECK_FALSE(p.sees("to the lobby"));
  p.type("to the den");
  p.control.press({key::kind::alt_up});
  CHECK(p.sees("> to the lobby"));
  p.control.press({key::kind::alt_down});
  CHECK(p.sees("> to the den"));
}

TEST_CASE(
    "asio-chat window control: an unanswered line is said again with its id, a draft is back") {
  const place where;
  std::string id;
  {
    typed_journal journal = where.open();
    person p(&journal);
    p.enter("answered");
    p.news.show(acknowledged{"", "lobby", {1, 4}}, "", p.entered[0].from);
    p.enter("not answered");
    id = p.entered[1].id;
    p.type("half a th");
    p.control.keep_drafts();
  }
  typed_journal journal = where.open();
  person p(&journal);
  REQUIRE(p.entered.size() == 1);
  CHECK(p.entered[0].text == "not answered");
  CHECK(p.entered[0].id == id);
  CHECK(p.entered[0].room == "lobby");
  CHECK(p.sees("alice │ not answered"));
  CHECK(p.sees("> half a th"));
  CHECK_FALSE(p.sees("│ answered"));
  p.news.show(acknowledged{"", "lobby", {1, 5}}, "", p.entered[0].from);
  CHECK(journal.lines().empty());
}

TEST_CASE("asio-chat window control: what might be said twice waits for a key") {
  const place where;
  {
    typed_journal journal = where.open();
    person p(&journal);
    p.enter("/msg bob psst");
    p.meta(U'1');
    p.enter("old");
    p.enter("refused");
    p.news.show(refused{"", errc::protocol_error, "too fast"}, "", p.entered[2].from);
  }
  typed_journal journal = where.open();
  person p(&journal);
  p.entered.clear();
  CHECK(p.sees("refused [not sent: too fast]"));
  p.meta(U's');
  REQUIRE(p.entered.size() == 1);
  CHECK(p.entered[0].text == "refused");
  CHECK(p.last().fate == log_line::state::sent);
  p.meta(U'3');
  CHECK(p.sees("psst [not sent: the client"));
  p.meta(U's');
  REQUIRE(p.entered.size() == 2);
  CHECK(p.entered[1].text == "/msg bob psst");
  p.meta(U's');
  CHECK(p.sees("no line that was refused is here"));
}

TEST_CASE("asio-chat window control: a line of long ago is not said by itself") {
  const place where;
  {
    typed_journal journal = where.open();
    person p(&journal);
    p.enter("hello");
  }
  typed_journal journal = where.open();
  person p(&journal, std::chrono::hours(13));
  CHECK(p.entered.empty());
  CHECK(p.last().why == "the client ended before the answer; it may be said");
}

TEST_CASE("asio-chat window control: a draft with a secret is kept nowhere, by an alias neither") {
  const place where;
  typed_journal journal = where.open();
  person p(&journal);
  p.enter("/alias s /secret");
  const auto* line = GENERATE("/secret word", "/s word");
  p.type(line);
  p.control.keep_drafts();
  CHECK(journal.drafts().empty());
  p.control.keep_entered();
  p.control.press({key::kind::control, U'M'});
  p.control.press({key::kind::up});
  CHECK(p.sees("> /alias s /secret"));
  CHECK(journal.entered().empty());
}

TEST_CASE("asio-chat window control: a secret that is asked for goes into no other window's line") {
  const place where;
  typed_journal journal = where.open();
  person p(&journal);
  p.enter("/bind F5 /who");
  p.enter("/alias s /secret");
  p.entered.clear();
  p.enter("/s");
  CHECK(p.sees("WORD:"));
  p.type("wo");
  p.state.all.show_room("den"); // by an answer that comes meanwhile
  p.control.press({key::kind::function, 5});
  p.meta(U'0');
  p.type("rd");
  p.control.keep_drafts();
  CHECK_FALSE(p.sees("wo"));
  for (const auto& [title, draft] : journal.drafts())
    CHECK(draft == "/s");
  CHECK(p.entered.empty());
  p.control.press({key::kind::control, U'M'});
  REQUIRE(p.entered.size() == 1);
  CHECK(p.entered.front().text == "/secret word");
  p.control.keep_drafts();
  CHECK(journal.drafts().empty());
  CHECK_FALSE(p.sees("WORD:"));
}

TEST_CASE("asio-chat window control: a closed window leaves no draft") {
  const place where;
  typed_journal journal = where.open();
  person p(&journal);
  p.enter("/query bob");
  p.type("psst");
  p.control.keep_drafts();
  CHECK(journal.drafts().contains("@bob"));
  p.state.all.close(3);
  p.control.keep_drafts();
  CHECK(journal.drafts().empty());
}

TEST_CASE("asio-chat window control: many keys are kept as often as they are seen") {
  const place where;
  typed_journal journal = where.open();
  person p(&journal);
  const auto kept = [&] { return journal.drafts().at("#lobby"); };
  for (const char c : std::string_view("abc")) { // as a person types: at once
    p.type({&c, 1});
    CHECK_FALSE(p.control.keep_drafts_in_time());
  }
  CHECK(kept() == "abc");
  p.type("d");
  const auto due = p.control.keep_drafts_in_time();
  REQUIRE(due);
  CHECK(kept() == "abc");
  SECTION("before it is seen") {
    CHECK(p.sees("> abcd"));
    CHECK(kept() == "abcd");
  }
  SECTION("and in a short time") {
    p.time.advance(std::chrono::ceil<std::chrono::milliseconds>(*due - p.time.now()));
    CHECK_FALSE(p.control.keep_drafts_in_time());
    CHECK(kept() == "abcd");
  }
}

namespace {

/// A client that ended with a line, an action and a draft for a room, and without an answer.
void leave_lines_in_hall(const place& where) {
  typed_journal journal = where.open();
  person p(&journal);
  p.enter_room("hall");
  p.state.all.show_room("hall");
  p.enter("to the hall");
  p.enter("/me waves");
  p.type("half");
  p.control.keep_drafts();
}

} // namespace

TEST_CASE("asio-chat window control: lines for a room that is closed now are told, and listed") {
  const place where;
  leave_lines_in_hall(where);
  typed_journal journal = where.open();
  person p(&journal);
  CHECK(p.entered.empty());
  p.control.cannot_join("hall", "you are banned here");
  CHECK(p.last().text == "you cannot be in #hall again: you are banned here; what you typed there "
                         "is kept (2 lines and a draft), and /unsent shows it");
  p.control.cannot_join("attic", "you are banned here");
  CHECK(p.last().text == "you cannot be in #attic again: you are banned here");
  p.enter("/unsent");
  CHECK(p.last().text.find("\n 1 #hall to the hall [no answer came]\n 2 #hall /me waves [no answer "
                           "came]\n 3 #hall half [a draft]") != std::string::npos);
  p.enter("/unsent 4");
  CHECK(p.last().text.find("numbers from 1 to 3") != std::string::npos);
  CHECK(p.entered.empty());
  CHECK(journal.lines().size() == 2);
}

TEST_CASE("asio-chat window control: a line for a closed room is sent elsewhere, or forgotten") {
  const place where;
  leave_lines_in_hall(where);
  {
    typed_journal journal = where.open();
    person p(&journal);
    p.enter("/unsent 1");
    CHECK(p.sees("> to the hall"));
    p.control.keep_drafts();
  }
  typed_journal journal = where.open();
  CHECK(journal.lines().size() == 1);
  person p(&journal);
  CHECK(p.sees("> to the hall"));
  p.control.press({key::kind::control, U'M'});
  REQUIRE(p.entered.size() == 1);
  CHECK(p.entered[0].room == "lobby");
  CHECK(p.entered[0].text == "to the hall");
  p.enter("/unsent drop 1");
  CHECK(p.last().text == "forgotten: /me waves");
  p.enter("/unsent 1");
  CHECK(p.sees("> half"));
  p.control.press({key::kind::control, U'U'});
  p.control.keep_drafts();
  CHECK(journal.drafts().empty());
  p.enter("/unsent");
  CHECK(p.last().text == "nothing that you have typed waits for a room that you are not in");
}

TEST_CASE("asio-chat window control: all lines for closed rooms are forgotten at once") {
  const place where;
  leave_lines_in_hall(where);
  {
    typed_journal journal = where.open();
    person p(&journal);
    p.enter("/unsent drop all");
    p.control.keep_drafts();
  }
  const typed_journal journal = where.open();
  CHECK(journal.lines().empty());
  CHECK(journal.drafts().empty());
}

TEST_CASE("asio-chat window control: a room that is open again takes its lines back") {
  const place where;
  leave_lines_in_hall(where);
  typed_journal journal = where.open();
  person p(&journal);
  p.enter_room("hall");
  p.screen();
  REQUIRE(p.entered.size() == 2);
  p.entered.clear();
  p.enter("/unsent");
  CHECK(p.last().text == "nothing that you have typed waits for a room that you are not in");
}

TEST_CASE("asio-chat window control: a marked message is what the next command is about") {
  person p;
  for (std::uint64_t offset = 1; offset <= 30; ++offset)
    p.said("lobby", "line " + std::to_string(offset), offset);
  const auto entered = [&p](std::string_view typed) {
    p.enter(typed);
    return p.entered.back().text;
  };
  CHECK(entered("/reply yes") == "/reply yes");
  p.meta(U'k');
  CHECK(p.state.all.current().log.at(*p.state.all.current().chosen).text == "line 30");
  for (int n = 0; n < 20; ++n)
    p.meta(U'k');
  CHECK(p.sees("line 10")); // wherever it is, one sees it
  p.meta(U'j');
  CHECK(entered("/reply yes") == "/reply @11 yes");
  CHECK_FALSE(p.state.all.current().chosen); // once
  p.meta(U'k');
  CHECK(entered("/react +") == "/react @30 +");
  p.meta(U'k');
  CHECK(entered("/delete @3") == "/delete @3");
  p.meta(U'k');
  CHECK(entered("/EDIT -x") == "/EDIT @30 -x");
  p.meta(U'k');
  CHECK(entered("/who") == "/who");
  p.meta(U'k');
  p.control.press({key::kind::escape});
  CHECK(entered("/delete") == "/delete");
  p.meta(U'j'); // nothing is below
  CHECK_FALSE(p.state.all.current().chosen);
}

TEST_CASE("asio-chat window control: a refused line is found, also if its window is closed") {
  const place where;
  typed_journal journal = where.open();
  person p(&journal);
  p.enter("first");
  p.enter("second");
  REQUIRE(p.entered.size() == 2);
  p.news.show(refused{"", errc::not_in_room, "too fast"}, "", {0, p.entered[0].id});
  p.meta(U'2');
  p.meta(U's');
  CHECK(p.last().text == "no line that was refused is here; one is in #lobby");
  p.state.all.left("lobby");
  p.news.show(refused{"", errc::not_in_room, "too late"}, "", {0, p.entered[1].id});
  CHECK(p.sees("not sent to #lobby: second [too late]"));
}
