#include "fullscreen/window_control.hpp"
#include "fullscreen/window_display.hpp"

#include "support/catch.hpp"
#include "support/temp_directory.hpp"
#include "testing/manual_clock.hpp"

#include <chrono>
#include <clocale>
#include <filesystem>

using namespace asio_chat;
using namespace asio_chat::app;

namespace {

struct person {
  testing::manual_clock time;
  typed_journal* journal = nullptr;
  chat_state state{windows("example"), {}, {}, journal};
  std::vector<typed_line> entered;
  std::vector<std::string> looked_at;
  std::vector<log_range> asked;
  window_control::page_handler answer;
  int redrawn = 0;
  int calls = 0;
  window_control control{
      state,
      time,
      {.read = [](const std::string& text) { return read_typed_line(text, true); },
       .enter = [this](typed_line line) { entered.push_back(std::move(line)); },
       .end = [] {},
       .words =
           [] {
             return vocabulary{{"who"}, {"alice"}, {"den"}};
           },
       .may_keep = [](std::string_view line) { return !line.starts_with("/secret "); },
       .secret_from =
           [](std::string_view line) { return line.starts_with("/secret ") ? 8 : line.npos; },
       .look_at = [this](const std::string& room) { looked_at.push_back(room); },
       .members = [](const std::string&) -> const std::set<std::string>* { return nullptr; },
       .fetch =
           [this](const std::string&, log_range part, window_control::page_handler done) {
             asked.push_back(part);
             answer = std::move(done);
           },
       .changed = [] {},
       .redraw = [this] { ++redrawn; },
       .edit =
           [](const std::string& text, const std::function<void(const std::string&)>& done) {
             done(text + "\r\nfrom the editor\n\n");
           }}};
  window_display news{state,
                      time,
                      "example:8443",
                      true,
                      {[] {}, [this](const std::string&, const std::string&) { ++calls; }}};

  explicit person(typed_journal* kept = nullptr, std::chrono::hours later = {})
      : journal(kept) {
    time.advance(later);
    std::setlocale(LC_CTYPE, "C.UTF-8");
    connected c;
    c.name = "alice";
    c.tls.version = "TLSv1.3";
    news.show(c, "");
    enter_room("lobby");
    enter_room("den");
    screen();
  }
  void enter_room(const std::string& name, std::uint64_t head = 0) {
    room_state s;
    s.room = name;
    s.head = {1, head};
    news.show(s, "");
  }
  void said(const std::string& room, const std::string& text, std::uint64_t offset) {
    entry e;
    e.room = room;
    e.from = "bob";
    e.text = text;
    e.at = {1, offset};
    news.show(e, "");
  }
  void type(std::string_view text) {
    for (const char c : text)
      control.press({key::kind::character, static_cast<char32_t>(c)});
  }
  void enter(std::string_view text) {
    type(text);
    control.press({key::kind::control, U'M'});
  }
  void meta(char32_t c) { control.press({key::kind::meta, c}); }
  std::string screen() {
    const canvas on = control.draw(80, 10);
    std::string all;
    for (std::size_t row = 0; row < on.rows(); ++row)
      all += on.text_of(row) + "\n";
    return all;
  }
  bool sees(std::string_view text) { return screen().find(text) != std::string::npos; }
  const log_line& last() { return state.all.current().log.at(state.all.current().log.end() - 1); }
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
  p.enter("/msg bob psst");
  CHECK(p.state.all.current().title() == "@bob");
  p.enter("more");
  CHECK(p.entered[1].text == "/msg bob more");
  CHECK(p.entered[1].what == intent::command);
  p.enter("/me waves");
  CHECK(p.entered.size() == 2); // it would have gone to a room
  CHECK(p.sees("/me is for a room"));
  CHECK(p.sees("> /me waves"));
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

TEST_CASE("asio-chat window control: scrolling up fetches pages to the beginning, one at a time") {
  person p;
  p.enter_room("hall", 200);
  p.meta(U'1');
  p.meta(U'2');
  p.state.all.show_room("hall");
  p.screen();
  REQUIRE(p.asked.size() == 1);
  CHECK(p.asked[0].from == position());
  history_page page;
  page.earlier = true;
  for (std::uint64_t i = 151; i <= 200; ++i)
    page.entries.push_back({"hall", {1, i}, {}, "bob", entry_kind::message, std::to_string(i), {}});
  p.answer({}, page);
  p.screen();
  REQUIRE(p.asked.size() == 1);
  for (int n = 0; n < 8; ++n)
    p.control.press({key::kind::page_up});
  REQUIRE(p.asked.size() == 2);
  CHECK(p.asked[1].where == log_range::side::before);
  CHECK(p.asked[1].from == position{1, 151});
  page = {};
  page.earlier = false;
  for (std::uint64_t i = 148; i <= 150; ++i) {
    entry e;
    e.from = "bob";
    e.text = std::to_string(i);
    e.at = {1, i};
    page.entries.push_back(e);
  }
  p.answer({}, page);
  CHECK(p.sees("bob │ 15"));
  p.control.press({key::kind::alt_home});
  CHECK(p.sees("bob │ 148"));
  CHECK(p.asked.size() == 2); // there is nothing before
}

TEST_CASE(
    "asio-chat window control: what a search finds is chosen by keys and shown in its place") {
  person p;
  p.said("lobby", "now", 900);
  p.control.press({key::kind::control, U'F'});
  p.type("tea");
  CHECK(p.sees("search: tea"));
  p.control.press({key::kind::control, U'M'});
  REQUIRE(p.entered.size() == 1);
  CHECK(p.entered[0].text == "/search tea");
  CHECK(p.entered[0].room == "lobby");
  answers::found found;
  found.room = "lobby";
  for (std::uint64_t i = 7; i <= 8; ++i) {
    entry e;
    e.from = "bob";
    e.text = "tea " + std::to_string(i);
    e.at = {1, i};
    found.entries.push_back(e);
  }
  reply r;
  r.command = "search";
  r.data = make_reply_data(found);
  p.news.show(r, "", {});
  CHECK(p.sees("2 found in #lobby"));
  CHECK(p.sees("tea 8"));
  p.control.press({key::kind::up});
  p.control.press({key::kind::control, U'M'});
  REQUIRE(p.asked.size() == 1);
  CHECK(p.asked[0].where == log_range::side::around);
  CHECK(p.asked[0].from == position{1, 7});
  history_page page;
  page.entries = found.entries;
  page.more = true;
  p.answer({}, page);
  CHECK(p.sees("tea 7"));
  CHECK_FALSE(p.sees("now"));
  CHECK(p.sees(" below"));
  REQUIRE(p.asked.back().where == log_range::side::after);
  p.control.press({key::kind::alt_end});
  CHECK_FALSE(p.sees("tea 7"));
  p.answer({}, page); // what was asked for before does not come back
  CHECK_FALSE(p.sees("tea 7"));
  CHECK(p.asked.back().where == log_range::side::before);
  CHECK(p.asked.back().from == position()); // what is newest
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

TEST_CASE("asio-chat window control: a page that comes after the end is of no use") {
  window_control::page_handler late;
  {
    person p;
    p.enter_room("hall", 9);
    p.state.all.show_room("hall");
    p.said("hall", "x", 9);
    p.said("hall", "y", 10);
    for (std::uint64_t i = 11; i < 60; ++i)
      p.said("hall", "z", i);
    p.control.press({key::kind::alt_home});
    late = p.answer;
  }
  REQUIRE(late);
  late({}, history_page());
}

// What is kept for a later client

namespace {

/// A journal in a file, and the clients that use it one after the other.
struct place {
  test::temp_directory directory;
  typed_journal open() const {
    return typed_journal::open(std::filesystem::path(directory.string()) / "typed").value();
  }
};

} // namespace

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

TEST_CASE("asio-chat window control: a page that does not come is told, and a key asks again") {
  person p;
  p.enter_room("hall", 200);
  p.state.all.show_room("hall");
  p.screen();
  REQUIRE(p.asked.size() == 1);
  p.answer(make_error_code(errc::connection_lost), {});
  CHECK(p.sees("older messages did not come"));
  CHECK(p.asked.size() == 1);
  p.control.press({key::kind::page_up});
  CHECK(p.asked.size() == 2);
  CHECK_FALSE(p.sees("did not come"));
}

TEST_CASE("asio-chat window control: PageUp fetches also where all that is held fits the screen") {
  person p;
  p.control.begin_with(2);
  p.enter_room("hall", 200);
  p.state.all.show_room("hall");
  p.screen();
  REQUIRE(p.asked.size() == 1);
  CHECK(p.asked[0].entries == 2);
  history_page page;
  page.earlier = true;
  for (std::uint64_t i = 199; i <= 200; ++i)
    page.entries.push_back({"hall", {1, i}, {}, "bob", entry_kind::message, std::to_string(i), {}});
  p.answer({}, page);
  p.screen();
  CHECK(p.asked.size() == 1);
  p.control.press({key::kind::page_up});
  REQUIRE(p.asked.size() == 2);
  CHECK(p.asked[1].from == position{1, 199});
}

TEST_CASE("asio-chat window control: Alt-Home shows the beginning of the room's log at once") {
  person p;
  p.enter_room("hall", 200);
  p.state.all.show_room("hall");
  p.screen();
  p.answer({}, {});
  p.said("hall", "201", 201);
  p.state.all.current().older = true;
  p.control.press({key::kind::alt_home});
  REQUIRE(p.asked.size() == 2);
  CHECK(p.asked[1].where == log_range::side::after);
  CHECK(p.asked[1].from == position{1, 0});
  history_page page;
  page.more = true;
  for (std::uint64_t i = 1; i <= 50; ++i)
    page.entries.push_back(
        {"hall", {1, i}, {}, "bob", entry_kind::message, "no " + std::to_string(i), {}});
  p.answer({}, page);
  CHECK(p.sees("bob │ no 1\n"));
  CHECK(p.sees("below"));
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
