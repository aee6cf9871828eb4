#include "fullscreen/screen_view.hpp"

#include "support/catch.hpp"

#include <clocale>

using namespace asio_chat;
using namespace asio_chat::app;

namespace {

struct room_view {
  chat_state state{windows("example")};
  std::set<std::string> members{"alice", "bob", "carol"};
  screen_state s;

  room_view() {
    std::setlocale(LC_CTYPE, "C.UTF-8");
    state.all.set_own_name("alice");
    state.connection.protection = "TLSv1.3";
    room_state lobby;
    lobby.room = "lobby";
    lobby.topic = "tea\x1b[2J";
    state.all.entered(lobby);
    room_state den;
    den.room = "den";
    state.all.entered(den);
    s.connection = &state.connection;
    s.members = &members;
    s.prompt = "> ";
  }
  void say(const std::string& room, const std::string& text) {
    entry e;
    e.room = room;
    e.from = "bob";
    e.text = text;
    e.at = {1, 1};
    state.all.said(e);
  }
  std::vector<std::string> shown(std::size_t columns, std::size_t rows) const {
    const canvas on = draw_screen(state.all, s, columns, rows);
    std::vector<std::string> all;
    for (std::size_t row = 0; row < rows; ++row)
      all.push_back(on.text_of(row));
    return all;
  }
};

} // namespace

TEST_CASE("asio-chat screen view: rooms left, members right, topic above, status and input below") {
  room_view v;
  v.say("den", "hello");
  v.say("den", "alice: look");
  const std::string bar = "│";
  const std::string gap(48, ' ');
  CHECK(v.shown(80, 7) == std::vector<std::string>{" #lobby  tea\uFFFD[2J",
                                                   "0 example       " + bar + gap + bar + " alice",
                                                   "1 #lobby        " + bar + gap + bar + " bob",
                                                   "2 #den      1! 2" + bar + gap + bar + " carol",
                                                   "                " + bar + gap + bar,
                                                   " TLSv1.3  3 here", ">"});
}

TEST_CASE("asio-chat screen view: in a small terminal the status line says what is new elsewhere") {
  room_view v;
  v.say("den", "alice: look");
  const auto rows = v.shown(40, 10);
  CHECK(rows[0] == " #lobby  tea\uFFFD[2J");
  CHECK(rows[8] == " TLSv1.3  3 here  new 2:1!");
}

TEST_CASE("asio-chat screen view: the status line says what is new in rooms out of sight") {
  room_view v;
  for (int n = 0; n < 30; ++n) {
    room_state more;
    more.room = "room" + std::to_string(10 + n);
    v.state.all.entered(more);
  }
  v.state.all.show(0);
  v.say("room12", "in sight");
  CHECK(v.shown(80, 24)[22].find("new") == std::string::npos);
  v.say("room35", "hello");
  v.say("room36", "alice!");
  CHECK(v.shown(80, 24)[22].ends_with("new #room36:1! #room35:1"));
  v.state.all.show_room("room39");
  CHECK(v.shown(80, 24)[22].find("#room35") == std::string::npos);
  CHECK(v.shown(80, 24)[22].find("new 5:1") != std::string::npos);
}

TEST_CASE("asio-chat screen view: sides can be hidden") {
  room_view v;
  v.s.rooms_shown = v.s.members_shown = false;
  for (const std::string& row : v.shown(80, 10))
    CHECK(row.find("│") == std::string::npos);
}

TEST_CASE("asio-chat screen view: more members than rows are counted") {
  room_view v;
  v.members.insert("dave");
  CHECK(v.shown(80, 6)[3].ends_with("│ 2 more"));
}

TEST_CASE("asio-chat screen view: guests have a mark before their names") {
  room_view v;
  const std::set<std::string> guests{"bob"};
  v.s.guests = &guests;
  const auto rows = v.shown(80, 7);
  CHECK(rows[1].ends_with("│ alice"));
  CHECK(rows[2].ends_with("│ ?bob"));
}

TEST_CASE(
    "asio-chat screen view: displayed names stand behind the names, and never in their place") {
  room_view v;
  displayed_names shown;
  shown.observe(event(list_of_displayed({"alice Al\x1b Smith", "bob Bobby"})));
  v.s.displayed = &shown;
  const auto rows = v.shown(120, 7);
  CHECK(rows[1].find("│ alice \"Al") != std::string::npos);
  CHECK(rows[1].find('\x1b') == std::string::npos);
  CHECK(rows[2].find("│ bob \"Bob") != std::string::npos);
}

TEST_CASE("asio-chat screen view: who is away is marked, beside a long name, too") {
  room_view v;
  away_members away;
  away.observe(event(list_of_away({"alice away", "bob away", "maximilian away"})));
  away.observe(event(list_of_away({"bob"})));
  v.members.insert("maximilian");
  v.s.away = &away;
  const auto rows = v.shown(80, 7);
  CHECK(rows[1].ends_with("│ alice (away)"));
  CHECK(rows[2].ends_with("│ bob"));
  CHECK(rows[4].ends_with("│ maxim… (away)"));
}

TEST_CASE("asio-chat screen view: a lost connection and a name that is not verified are told") {
  room_view v;
  v.state.connection.verified = false;
  CHECK(v.shown(80, 5)[3].find("NAME NOT VERIFIED") != std::string::npos);
  v.state.connection.trouble = "gone\x1b";
  CHECK(v.shown(80, 5)[3].starts_with(" not connected: gone\uFFFD"));
}

TEST_CASE("asio-chat screen view: the text that is typed may have several rows, of every size") {
  room_view v;
  v.s.typed = U"one\ntwo\nthree";
  v.s.cursor = v.s.typed.size();
  const auto rows = v.shown(40, 10);
  CHECK(rows[7] == "> one");
  CHECK(rows[9] == "  three");
  const canvas on = draw_screen(v.state.all, v.s, 40, 10);
  CHECK(on.cursor_row == 9);
  CHECK(on.cursor_column == 7);
  for (std::size_t columns = 1; columns < 100; columns += 7) {
    for (std::size_t height = 1; height < 12; ++height) {
      const canvas small = draw_screen(v.state.all, v.s, columns, height);
      CHECK(small.cursor_row < small.rows());
      CHECK(small.cursor_column < small.columns());
    }
  }
}

TEST_CASE("asio-chat screen view: the switcher shows which windows a part of a name finds") {
  room_view v;
  v.s.asked = question{question::kind::window, "e"};
  const auto rows = v.shown(80, 6);
  CHECK(rows[4] == " 2 #den  0 example   Tab goes on, Esc back");
  CHECK(rows[5] == "go to: e");
}

TEST_CASE("asio-chat screen view: a lost connection is told beside a question as well") {
  room_view v;
  v.s.asked = question{question::kind::words, "tea"};
  CHECK(v.shown(80, 6)[4].starts_with(" words that were said here"));
  v.state.connection.trouble = "it was closed";
  CHECK(v.shown(80, 6)[4].starts_with(" not connected: it was closed "));
}

TEST_CASE("asio-chat screen view: without a connection it counts down to the next attempt") {
  using std::chrono::milliseconds;
  room_view v;
  connection_state& c = v.state.connection;
  CHECK_FALSE(next_change(c));
  c.trouble = "it was closed";
  CHECK_FALSE(next_change(c)); // for good
  c.comes_back = true;
  c.next_attempt = milliseconds(3'400);
  CHECK(v.shown(120, 6)[4].starts_with(
      " not connected; next attempt in 4 s, or at once by /reconnect: it was closed "));
  CHECK(next_change(c) == milliseconds(401));
  c.next_attempt = milliseconds(2'999);
  CHECK(v.shown(120, 6)[4].starts_with(" not connected; next attempt in 3 s,"));
  CHECK(next_change(c) == milliseconds(1'000));
  c.next_attempt = milliseconds(0);
  CHECK(next_change(c) == milliseconds(1));
  c.next_attempt.reset();
  CHECK(v.shown(120, 6)[4].starts_with(" not connected; connecting...: it was closed "));
  CHECK(next_change(c) == milliseconds(250));
}
