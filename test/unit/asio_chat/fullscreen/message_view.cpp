#include "fullscreen/message_view.hpp"

#include "support/catch.hpp"

#include <clocale>
#include <cstdlib>
#include <ctime>

using namespace asio_chat;
using namespace asio_chat::app;
using namespace std::chrono_literals;

namespace {

constexpr wall_time noon{std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 12h};

struct view {
  window w;
  message_style how;

  view() {
    std::setlocale(LC_CTYPE, "C.UTF-8");
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
  void say(std::string from, std::string text, wall_time when = noon) {
    log_line line{log_line::kind::message, when, std::move(from), std::move(text)};
    line.at = {1, static_cast<std::uint64_t>(w.log.end()) + 1};
    w.log.append(std::move(line));
  }
  std::vector<std::string> shown(std::size_t columns, std::size_t rows) const {
    canvas on(columns, rows);
    draw_messages(on, {0, 0, columns, rows}, w, how);
    std::vector<std::string> all;
    for (std::size_t row = 0; row < rows; ++row)
      all.push_back(on.text_of(row));
    return all;
  }
  void move(std::ptrdiff_t rows, std::size_t height) { scroll(w, rows, {0, 0, 60, height}, how); }
  std::string top(std::size_t height) const {
    const std::string row = shown(60, height).front();
    return row.substr(row.find("│ ") + std::string_view("│ ").size());
  }
};

} // namespace

TEST_CASE("asio-chat message view: names stand in a column of their own") {
  view v;
  v.say("bob", "hello");
  v.say("a-very-long-name", "one\n  two");
  CHECK(v.shown(60, 5) ==
        std::vector<std::string>{"", "── Saturday, 2026-11-21 ────────────────────────────────────",
                                 "12:00          bob │ hello", "12:00 a-very-long… │ one",
                                 "                   │   two"});
}

TEST_CASE("asio-chat message view: in a narrow window a name stands before its text") {
  view v;
  v.say("bob", "one two three\nalice: not alice");
  CHECK(v.shown(20, 4) == std::vector<std::string>{"12:00 bob: one two", "    │ three",
                                                   "    │ alice:", "    │ not alice"});
  for (const std::string& row : v.shown(20, 10))
    CHECK_FALSE(row.starts_with("12:00 alice"));
}

TEST_CASE("asio-chat message view: each day begins with its date, what is new with a mark") {
  view v;
  v.say("bob", "yesterday", noon - 24h);
  v.say("bob", "today");
  v.w.marker = v.w.log.end();
  v.say("bob", "new");
  const auto rows = v.shown(60, 6);
  CHECK(rows[0].starts_with("── Friday, 2026-11-20 ──"));
  CHECK(rows[2].starts_with("── Saturday, 2026-11-21 ──"));
  CHECK(rows[4].starts_with("── new ──"));
}

TEST_CASE("asio-chat message view: no member's line looks like an action or one of the client's") {
  view v;
  v.w.log.append({log_line::kind::action, noon, "bob", "waves"});
  v.w.log.append({log_line::kind::notice, noon, {}, "disconnected"});
  v.w.log.append({log_line::kind::answer, noon, {}, "online: bob"});
  v.w.log.append({log_line::kind::topic, noon, "bob", "tea"});
  const auto rows = v.shown(60, 5);
  CHECK(rows[1] == "12:00        ~ bob │ waves");
  CHECK(rows[2] == "12:00            · │ disconnected");
  CHECK(rows[3] == "12:00            * │ online: bob");
  CHECK(rows[4] == "12:00            * │ bob set the topic: tea");
}

TEST_CASE("asio-chat message view: one's own lines say when they wait or were refused") {
  view v;
  log_line mine{log_line::kind::message, noon, "alice", "mine"};
  mine.fate = log_line::state::waiting;
  v.w.log.append(mine);
  mine.fate = log_line::state::refused;
  mine.why = "too\x1b fast";
  v.w.log.append(mine);
  const auto rows = v.shown(60, 3);
  CHECK(rows[1] == "12:00        alice │ mine …");
  CHECK(rows[2] == "12:00        alice │ mine [not sent: too\uFFFD fast]");
}

TEST_CASE(
    "asio-chat message view: few who come and go are named, many counted, all can be hidden") {
  view v;
  log_line line{log_line::kind::presence, noon};
  line.joined = {"a", "b"};
  line.left = {"c"};
  CHECK(presence_text(line) == "a, b joined, c left");
  line.joined.push_back("d");
  CHECK(presence_text(line) == "3 joined, 1 left");
  log_line again{log_line::kind::presence, noon};
  again.joined = {"mia", "eve", "mia"};
  again.left = {"mia"};
  CHECK(presence_text(again) == "eve joined, mia came and went");
  v.w.log.append(line);
  CHECK(v.shown(60, 1)[0] == "12:00            · │ 3 joined, 1 left");
  v.how.presence = false;
  CHECK(v.shown(60, 1)[0].starts_with("── Saturday"));
}

TEST_CASE("asio-chat message view: who is ignored is not shown, and shown again when that ends") {
  view v;
  v.say("Bob", "noise");
  v.say("carol", "hello");
  const std::set<std::string> ignored{"bob"};
  v.how.ignored = &ignored;
  CHECK(v.shown(60, 3)[2] == "12:00        carol │ hello");
  CHECK(v.shown(60, 3)[1].starts_with("── Saturday"));
  v.how.ignored = nullptr;
  CHECK(v.shown(60, 3)[1] == "12:00          Bob │ noise");
}

TEST_CASE("asio-chat message view: what is read does not move when something is said") {
  view v;
  for (int i = 0; i < 30; ++i)
    v.say("bob", std::to_string(i));
  v.move(9, 10);
  CHECK(v.top(10) == "11");
  v.say("bob", "live");
  CHECK(v.top(10) == "11");
  CHECK(messages_below(v.w) == 10);
  v.move(-9, 10);
  CHECK(v.top(10) == "20");
  CHECK(v.w.scrolled);
  v.move(-9, 10);
  CHECK_FALSE(v.w.scrolled); // it follows again
  CHECK(v.top(10) == "21");
}

TEST_CASE("asio-chat message view: going up ends with the first row at the top") {
  view v;
  for (int i = 0; i < 30; ++i)
    v.say("bob", std::to_string(i));
  v.move(1 << 20, 10);
  CHECK(v.shown(60, 10)[0].starts_with("── Saturday"));
  v.move(9, 10);
  CHECK(v.shown(60, 10)[0].starts_with("── Saturday"));
  CHECK(near_first(v.w, {0, 0, 60, 10}, v.how));
  v.move(-1, 10);
  CHECK(v.top(10) == "0");
}

TEST_CASE("asio-chat message view: a long line is gone through row by row") {
  view v;
  v.say("bob", "a\nb\nc\nd\ne\nf\ng\nh");
  v.say("bob", "last");
  v.move(1, 3);
  CHECK(v.top(3) == "f");
  v.move(2, 3);
  CHECK(v.top(3) == "d");
  v.move(-1, 3);
  CHECK(v.top(3) == "e");
}

TEST_CASE("asio-chat message view: a log that fits has nothing to go up to") {
  view v;
  v.say("bob", "one");
  v.move(5, 10);
  CHECK_FALSE(v.w.scrolled);
}

TEST_CASE(
    "asio-chat message view: a line shows its edit, its deletion, its reactions, what it answers") {
  view v;
  const auto refer = [&v](entry_reference::kind how, std::uint64_t to, std::string text,
                          wall_time when = noon) {
    log_line line{log_line::kind::message, when, "bob", std::move(text)};
    line.at = {1, static_cast<std::uint64_t>(v.w.log.end()) + 1};
    line.refers = {how, to};
    v.w.log.append(std::move(line));
  };
  v.say("bob", "tee?");
  v.say("alice", "rude");
  refer(entry_reference::kind::edit, 1, "tea?");
  refer(entry_reference::kind::removal, 2, "deleted a message");
  refer(entry_reference::kind::reaction, 1, "+");
  refer(entry_reference::kind::reply, 1, "well?");
  refer(entry_reference::kind::edit, 99, "older");
  const auto rows = v.shown(60, 6);
  CHECK(std::vector<std::string>(rows.begin() + 1, rows.end()) ==
        std::vector<std::string>{"12:00          bob │ tea? (edited) [+ bob]",
                                 "12:00        alice │ (deleted)",
                                 "12:00          bob │ > bob: tea?", "                   │ well?",
                                 "12:00          bob │ older (edited)"});
  refer(entry_reference::kind::pin, 1, "pinned a message of bob");
  CHECK(v.shown(60, 8)[1] == "12:00          bob │ tea? (edited) [pinned] [+ bob]");
  refer(entry_reference::kind::edit, 1, "Tea?", noon + 24h);
  v.say("alice", "hi", noon + 24h); // behind a line of that day that is not seen
  CHECK(v.shown(60, 2).front().starts_with("── Sunday, 2026-11-22 ──"));
}

TEST_CASE(
    "asio-chat message view: a text that was destroyed looks otherwise than one that says so") {
  view v;
  const std::string words(destroyed_text);
  v.say("bob", words);
  v.say("bob", words);
  v.w.log.at(v.w.log.end() - 1).destroyed = true;
  canvas on(60, 3);
  draw_messages(on, {0, 0, 60, 3}, v.w, v.how);
  const std::size_t text = 21; // behind the time and the name
  REQUIRE(on.text_of(1).find("│ (this") != std::string::npos);
  CHECK(on.at(1, text).characters == on.at(2, text).characters);
  CHECK(on.at(1, text).look.what == role::text);
  CHECK(on.at(2, text).look.what == role::faint);
}
