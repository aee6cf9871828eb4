#include "text_entry.hpp"

#include "support/catch.hpp"

#include <vector>

using namespace asio_chat::app;

namespace {

struct typist {
  std::vector<std::string> lines;
  std::vector<std::string> said;
  std::vector<std::string> remarks;
  std::u32string seen_on_entering;
  bool ended = false;
  text_entry entry{
      {[this](const std::string& line) { lines.push_back(line); },
       [this] { ended = true; },
       [](std::string_view) {
         return completion{0, "", {"alice", "bob"}, " "};
       },
       [](std::string_view line) { return !line.starts_with("/secret"); },
       {},
       [](std::string_view line) { return line.starts_with("/secret ") ? 8 : line.npos; },
       [](std::string_view line) {
         return line == "/secret" ? std::vector<missing_secret>{{"WORD"}}
                                  : std::vector<missing_secret>{};
       },
       [this](const std::string& line) { said.push_back(line); }},
      {[this](const std::string& text) { remarks.push_back(text); },
       [this] { seen_on_entering = entry.text(); }, [this] { remarks.emplace_back("clear"); }}};

  void type(std::string_view text) {
    for (const char c : text)
      entry.press({key::kind::character, static_cast<char32_t>(c)});
  }
  void control(char32_t c) { entry.press({key::kind::control, c}); }
};

} // namespace

TEST_CASE("asio-chat text entry: Enter gives the text away while it can still be seen") {
  typist t;
  t.type("hi");
  t.control(U'M');
  CHECK(t.lines == std::vector<std::string>{"hi"});
  CHECK(t.seen_on_entering == U"hi");
  CHECK(t.entry.text().empty());
}

TEST_CASE("asio-chat text entry: a line that may not be kept does not come back") {
  typist t;
  t.type("one");
  t.control(U'M');
  t.type("/secret word");
  t.control(U'M');
  t.entry.press({key::kind::up});
  CHECK(t.entry.text() == U"one");
}

TEST_CASE("asio-chat text entry: a secret is shown as stars, also when it is entered") {
  typist t;
  t.type("/secret ");
  CHECK(t.entry.text() == U"/secret ");
  t.type("word");
  CHECK(t.entry.text() == U"/secret ****");
  CHECK(t.entry.cursor() == 12);
  t.control(U'M');
  CHECK(t.seen_on_entering == U"/secret ****");
  CHECK(t.lines == std::vector<std::string>{"/secret word"});
  t.type("secret word");
  CHECK(t.entry.text() == U"secret word");
}

TEST_CASE(
    "asio-chat text entry: a secret that is missing is asked for, and shown and kept nowhere") {
  typist t;
  t.type("/secret");
  t.control(U'M');
  CHECK(t.lines.empty());
  CHECK(t.entry.asks_secret());
  CHECK(t.entry.prompt("> ") == "WORD: ");
  t.type("word");
  CHECK(t.entry.text().empty());
  CHECK(t.entry.cursor() == 0);
  CHECK(t.entry.draft() == U"/secret");
  t.control(U'M');
  CHECK(t.seen_on_entering == U"/secret");
  CHECK(t.lines == std::vector<std::string>{"/secret word"});
  CHECK_FALSE(t.entry.asks_secret());
  CHECK(t.entry.text().empty());
  t.entry.press({key::kind::up});
  CHECK(t.entry.text().empty());
}

TEST_CASE("asio-chat text entry: who gives up a secret has the line back") {
  typist t;
  t.type("/secret");
  t.control(U'M');
  t.type("wo");
  t.entry.press({key::kind::escape});
  CHECK(t.entry.text() == U"/secret");
  CHECK(t.lines.empty());
}

TEST_CASE("asio-chat text entry: a question hides the text and is answered by a key") {
  typist t;
  t.type("before ");
  t.entry.press({key::kind::paste, 0, "1\n2\n3\n4\n5\n6"});
  CHECK(t.entry.text().empty());
  CHECK(t.entry.prompt("> ").starts_with("paste of 6 lines"));
  t.type("n");
  CHECK(t.entry.prompt("> ") == "> ");
  CHECK(t.entry.text() == U"before ");
}

TEST_CASE("asio-chat text entry: choices, a cleared screen and the end are told") {
  typist t;
  t.control(U'I');
  t.control(U'L');
  t.control(U'D');
  CHECK(t.remarks == std::vector<std::string>{"alice  bob  ", "clear"});
  CHECK(t.ended);
}

TEST_CASE("asio-chat text entry: what is typed is a draft, whatever is asked or searched") {
  typist t;
  t.type("old");
  t.control(U'M');
  t.type("new");
  t.control(U'R');
  t.type("ol");
  CHECK(t.entry.text() == U"old");
  CHECK(t.entry.draft() == U"new");
  t.control(U'G');
  t.entry.press({key::kind::up});
  CHECK(t.entry.text() == U"old");
  CHECK(t.entry.draft() == U"new");
  t.type("er");
  CHECK(t.entry.draft() == U"older");
  t.entry.press({key::kind::paste, 0, "1\n2\n3\n4\n5\n6"});
  CHECK(t.entry.draft() == U"older1\n2\n3\n4\n5\n6");
}

TEST_CASE("asio-chat text entry: lines of an earlier client come back") {
  typist t;
  t.entry.recall({"first", "second"});
  t.entry.press({key::kind::up});
  CHECK(t.entry.text() == U"second");
  t.control(U'U');
  t.control(U'R');
  t.type("fir");
  CHECK(t.entry.text() == U"first");
}

TEST_CASE("asio-chat text entry: no line of a paste is a command, quit is none either") {
  typist t;
  t.entry.press({key::kind::paste, 0, "a\nquit\n/quit\n\n/secret\nf"});
  t.type("l");
  CHECK(t.said == std::vector<std::string>{"a", "quit", "/quit", "/secret", "f"});
  CHECK(t.lines.empty());
  CHECK(t.entry.text().empty());
  t.entry.press({key::kind::up});
  t.entry.press({key::kind::up});
  CHECK(t.entry.text() == U"//secret");
}

TEST_CASE("asio-chat text entry: a search without a hit sends nothing") {
  typist t;
  t.type("old");
  t.control(U'M');
  t.type("half");
  t.control(U'R');
  const bool found_first = GENERATE(false, true);
  if (found_first) t.type("ol");
  t.type("zzz");
  CHECK(t.entry.prompt("> ").starts_with("(nothing has: "));
  t.control(U'M');
  CHECK(t.lines == std::vector<std::string>{"old"});
  CHECK(t.entry.text() == U"half");
  t.control(U'R');
  t.control(U'M');
  CHECK(t.lines.size() == 1);
  CHECK(t.entry.text() == U"half");
}

TEST_CASE("asio-chat text entry: a search for nothing any more shows what was typed") {
  typist t;
  t.type("old");
  t.control(U'M');
  t.type("half");
  t.control(U'R');
  t.type("o");
  CHECK(t.entry.text() == U"old");
  t.control(U'?');
  CHECK(t.entry.text() == U"half");
}

TEST_CASE("asio-chat text entry: what was typed before an earlier line is not lost") {
  typist t;
  t.type("old");
  t.control(U'M');
  t.type("half");
  SECTION("it is behind the line that a search has found") {
    t.control(U'R');
    t.type("ol");
    t.entry.press({key::kind::left});
    CHECK(t.entry.text() == U"old");
    t.entry.press({key::kind::down});
    CHECK(t.entry.text() == U"half");
  }
  SECTION("it is found again when the earlier line was sent") {
    const bool searched = GENERATE(false, true);
    if (searched) {
      t.control(U'R');
      t.type("ol");
    } else {
      t.entry.press({key::kind::up});
    }
    t.control(U'M');
    CHECK(t.lines == std::vector<std::string>{"old", "old"});
    t.entry.press({key::kind::up});
    t.entry.press({key::kind::up});
    CHECK(t.entry.text() == U"half");
  }
  SECTION("Escape brings it back") {
    t.entry.press({key::kind::up});
    t.control(U'R');
    t.type("ol");
    t.entry.press({key::kind::escape});
    CHECK(t.entry.text() == U"half");
  }
}

TEST_CASE("asio-chat text entry: what is secret is not kept because it was put aside") {
  typist t;
  t.type("old");
  t.control(U'M');
  t.type("/secret word");
  t.entry.press({key::kind::up});
  t.control(U'M');
  t.entry.press({key::kind::up});
  t.entry.press({key::kind::up});
  CHECK(t.entry.text() == U"old");
}

TEST_CASE("asio-chat text entry: Tab lists the choices once, and then takes one after the other") {
  typist t;
  t.type("so ");
  t.control(U'I');
  CHECK(t.remarks.size() == 1);
  t.control(U'I');
  CHECK(t.entry.text() == U"so alice ");
  t.control(U'I');
  CHECK(t.entry.text() == U"so bob ");
  t.control(U'I');
  CHECK(t.entry.text() == U"so alice ");
  CHECK(t.remarks.size() == 1);
  t.type("x ");
  t.control(U'I');
  CHECK(t.entry.text() == U"so alice x ");
  CHECK(t.remarks.size() == 2);
}
