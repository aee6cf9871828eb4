#include "window_person.hpp"

#include "support/catch.hpp"

using namespace asio_chat;
using namespace asio_chat::app;
using person = window_person;

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

TEST_CASE("asio-chat window control: a PageUp for which the lines come later is not lost") {
  const bool other_key = GENERATE(false, true);
  CAPTURE(other_key);
  person p;
  p.enter_room("hall", 200);
  p.state.all.show_room("hall");
  p.screen();
  const auto page = [](std::uint64_t first, std::uint64_t last) {
    history_page made;
    made.earlier = true;
    for (std::uint64_t i = first; i <= last; ++i)
      made.entries.push_back(
          {"hall", {1, i}, {}, "bob", entry_kind::message, std::to_string(i), {}});
    return made;
  };
  p.answer({}, page(181, 200));
  for (int n = 0; n < 8 && !p.sees("bob │ 181"); ++n)
    p.control.press({key::kind::page_up});
  p.control.press({key::kind::page_up});
  REQUIRE(p.asked.size() == 2);
  CHECK(p.sees("bob │ 181"));
  if (other_key) p.type("x");
  p.answer({}, page(161, 180));
  CHECK(p.sees("bob │ 182") == other_key);
  CHECK(p.sees("bob │ 176") != other_key);
  p.control.press({key::kind::page_up});
  CHECK(p.sees("bob │ 17"));
}

TEST_CASE("asio-chat window control: each PageUp counts while the server does not answer") {
  const int keys = GENERATE(1, 3, 100);
  CAPTURE(keys);
  person p;
  p.enter_room("hall", 2000);
  p.state.all.show_room("hall");
  p.screen();
  const auto page = [](std::uint64_t first, std::uint64_t last) {
    history_page made;
    made.earlier = true;
    for (std::uint64_t i = first; i <= last; ++i)
      made.entries.push_back(
          {"hall", {1, i}, {}, "bob", entry_kind::message, std::to_string(i), {}});
    return made;
  };
  p.answer({}, page(1981, 2000));
  for (int n = 0; n < 8; ++n)
    p.control.press({key::kind::page_up});
  CHECK(p.sees("bob │ 1981"));
  const auto asked = p.asked.size();
  p.state.all.current().scrolled->hidden = 0;
  p.control.press({key::kind::page_down});
  for (int n = 0; n < 1 + keys; ++n)
    p.control.press({key::kind::page_up});
  std::uint64_t first = 1981;
  for (int pages = 0; pages < 30 && p.asked.size() >= asked; ++pages) {
    const auto before = p.asked.size();
    p.answer({}, page(first - 20, first - 1));
    first -= 20;
    p.screen();
    if (p.asked.size() == before) break; // there is enough above what is seen
  }
  const int rows_of_key = 6;
  const auto top = std::min(keys, 20) * rows_of_key;
  CHECK(1981 - first >= static_cast<std::uint64_t>(top));
  CHECK(1981 - first <= static_cast<std::uint64_t>(top) + 60);
}

TEST_CASE("asio-chat window control: lines that made room for new ones are fetched again") {
  person p;
  p.enter_room("hall");
  p.state.all.show_room("hall");
  p.screen();
  window& hall = p.state.all.current();
  for (std::uint64_t i = 1; i <= message_log::max_lines; ++i)
    p.said("hall", "x", i);
  CHECK_FALSE(hall.older);
  p.said("hall", "x", message_log::max_lines + 1);
  CHECK(hall.older);
  hall.older = false;
  history_page next;
  for (std::uint64_t i = 1; i <= 3; ++i) {
    entry e;
    e.at = {1, message_log::max_lines + 1 + i};
    next.entries.push_back(e);
  }
  p.state.all.newer(hall, next);
  CHECK(hall.older);
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
  // What is typed while hits are shown begins with its first character.
  p.news.show(r, "", {});
  p.type("/who");
  p.control.press({key::kind::control, U'M'});
  REQUIRE(p.entered.size() == 2);
  CHECK(p.entered[1].text == "/who");
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

TEST_CASE("asio-chat window control: a hit of another window's room is shown there") {
  person p;
  p.said("lobby", "tea", 1);
  p.meta(U'2');
  p.type("for the den");
  answers::found found;
  found.room = "lobby";
  found.entries.push_back({"lobby", {1, 1}, {}, "bob", entry_kind::message, "tea", {}});
  p.state.found = found;
  p.screen();
  p.control.press({key::kind::control, U'M'});
  CHECK(p.state.all.current().title() == "#lobby");
  CHECK(p.sees("\n>\n"));
  REQUIRE(p.asked.size() == 1);
  CHECK(p.asked[0].where == log_range::side::around);
  p.meta(U'2');
  CHECK(p.sees("> for the den"));
  p.state.all.left("lobby");
  p.state.found = found;
  p.screen();
  p.control.press({key::kind::control, U'M'});
  CHECK(p.sees("you are not in #lobby any more"));
}

TEST_CASE("asio-chat window control: one goes to a place after the page that is on its way") {
  const bool to_hit = GENERATE(false, true);
  person p;
  p.enter_room("hall", 200);
  p.state.all.show_room("hall");
  p.screen();
  REQUIRE(p.asked.size() == 1);
  if (to_hit) {
    answers::found found;
    found.room = "hall";
    found.entries.push_back({"hall", {1, 7}, {}, "bob", entry_kind::message, "tea", {}});
    p.state.found = found;
    p.screen();
    p.control.press({key::kind::control, U'M'});
  } else {
    p.control.press({key::kind::alt_home});
  }
  CHECK(p.asked.size() == 1);
  history_page page;
  page.earlier = true;
  page.entries.push_back({"hall", {1, 200}, {}, "bob", entry_kind::message, "last", {}});
  p.answer({}, page);
  p.screen();
  REQUIRE(p.asked.size() == 2);
  CHECK(p.asked[1].where == (to_hit ? log_range::side::around : log_range::side::after));
}
