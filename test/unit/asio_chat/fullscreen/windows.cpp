#include "fullscreen/windows.hpp"

#include "support/catch.hpp"

using namespace asio_chat;
using namespace asio_chat::app;

namespace {

struct desk {
  windows all{"example"};
  std::uint64_t next = 1;

  desk() {
    all.set_own_name("alice");
    enter("lobby");
  }
  void enter(const std::string& room, position head = {1, 0}) {
    room_state s;
    s.room = room;
    s.head = head;
    all.entered(s);
  }
  bool say(const std::string& room, const std::string& from, const std::string& text,
           std::uint64_t offset = 0) {
    entry e;
    e.room = room;
    e.from = from;
    e.text = text;
    e.at = {1, offset ? offset : next++};
    return all.said(e);
  }
  window& room(const std::string& name) { return *all.find(window::kind::room, name); }
};

} // namespace

TEST_CASE("asio-chat windows: the first room is shown") {
  desk d;
  CHECK(d.all.current().title() == "#lobby");
  d.enter("den");
  CHECK(d.all.current().title() == "#lobby");
}

TEST_CASE(
    "asio-chat windows: what is said elsewhere is counted, mentions apart, until it is shown") {
  desk d;
  d.enter("den");
  CHECK_FALSE(d.say("den", "bob", "hello"));
  CHECK(d.say("den", "bob", "Alice: here"));
  CHECK_FALSE(d.say("lobby", "bob", "seen"));
  CHECK(d.room("den").unread == 2);
  CHECK(d.room("den").mentions == 1);
  CHECK(d.room("lobby").unread == 0);
  REQUIRE(d.room("den").marker);
  CHECK(d.room("den").log.at(*d.room("den").marker).text == "hello");
  CHECK(d.all.show_next_unread());
  CHECK(d.room("den").unread == 0);
  CHECK_FALSE(d.all.show_next_unread());
}

TEST_CASE("asio-chat windows: what was said before one came is not new, after a crash it is") {
  desk d;
  d.enter("den", {1, 9});
  d.say("den", "bob", "alice: old", 9);
  CHECK(d.room("den").unread == 0);
  d.all.set_read({{"hall", {1, 5}}});
  d.enter("hall", {1, 9});
  d.say("hall", "bob", "read", 5);
  CHECK_FALSE(d.say("hall", "bob", "alice: unread", 6)); // no bell for what is no news
  CHECK(d.room("hall").unread == 4);
  CHECK(d.room("hall").mentions == 1);
  REQUIRE(d.room("hall").marker);
  CHECK(d.room("hall").log.at(*d.room("hall").marker).text == "alice: unread");
  CHECK(d.say("hall", "bob", "alice: news", 10));
  CHECK(d.room("hall").unread == 5);
}

TEST_CASE("asio-chat windows: the marker stands further up until that page is fetched") {
  desk d;
  d.all.set_read({{"hall", {1, 5}}});
  d.enter("hall", {1, 9});
  d.say("hall", "bob", "eight", 8);
  d.say("hall", "bob", "nine", 9);
  d.all.show(2);
  CHECK_FALSE(d.room("hall").marker);
  history_page page;
  for (std::uint64_t n = 4; n <= 7; ++n) {
    page.entries.emplace_back();
    page.entries.back().at = {1, n};
    page.entries.back().text = std::to_string(n);
  }
  d.all.older(d.room("hall"), page);
  REQUIRE(d.room("hall").marker);
  CHECK(d.room("hall").log.at(*d.room("hall").marker).text == "6");
}

TEST_CASE("asio-chat windows: in a log that was begun anew everything is new") {
  desk d;
  d.all.set_read({{"hall", {1, 500}}});
  d.enter("hall", {2, 3});
  CHECK(d.room("hall").unread == 3);
}

TEST_CASE("asio-chat windows: one has read what is newest in the window one looks at") {
  using positions = std::map<std::string, position>;
  desk d;
  d.all.set_read({{"attic", {1, 7}}});
  d.enter("den", {1, 3});
  d.say("den", "bob", "there", 4);
  d.say("lobby", "bob", "here", 1);
  CHECK(d.all.read_positions() == positions{{"attic", {1, 7}}, {"den", {1, 3}}, {"lobby", {1, 1}}});
  d.all.show(2);
  CHECK(d.all.read_positions().at("den") == position{1, 4});
  d.room("den").scrolled = scroll_position{d.room("den").log.first(), 0};
  d.say("den", "bob", "below", 5);
  CHECK(d.all.read_positions().at("den") == position{1, 4});
  d.all.follow(d.room("den"));
  CHECK(d.all.read_positions().at("den") == position{1, 5});
  d.all.left("den");
  d.all.left("attic");
  CHECK(d.all.read_positions() == positions{{"lobby", {1, 1}}});
}

TEST_CASE("asio-chat windows: an answer to a line that a page has brought leaves one of them") {
  desk d;
  log_line own{log_line::kind::message, {}, {}, "mine"};
  own.ref = "r";
  d.all.echo(d.room("lobby"), own);
  d.say("lobby", "bob", "after", 8);
  d.say("lobby", "alice", "mine", 7);
  d.room("lobby").marker = d.room("lobby").log.end() - 1;
  d.all.acknowledged("r", {1, 7}, {});
  CHECK(d.room("lobby").log.size() == 2);
  CHECK(d.room("lobby").log.at(d.room("lobby").log.first()).text == "mine");
  REQUIRE(d.room("lobby").marker);
  CHECK(d.room("lobby").log.at(*d.room("lobby").marker).text == "after");
  // And the other way round.
  own.ref = "q";
  d.all.echo(d.room("lobby"), own);
  d.all.acknowledged("q", {1, 9}, {});
  d.say("lobby", "alice", "mine", 9);
  CHECK(d.room("lobby").log.size() == 3);
}

TEST_CASE("asio-chat windows: a mention is a whole word") {
  CHECK(mentions("hi ALICE!", "alice"));
  CHECK(mentions("alice", "alice"));
  CHECK_FALSE(mentions("malice", "alice"));
  CHECK_FALSE(mentions("alices", "alice"));
  CHECK(mentions("malice, alice", "alice"));
  CHECK_FALSE(mentions("anything", ""));
}

TEST_CASE("asio-chat windows: words that one chose count as one's name") {
  desk d;
  d.enter("den");
  d.all.set_highlights({"deploy"});
  CHECK(d.say("den", "bob", "the Deploy is done"));
  CHECK_FALSE(d.say("den", "bob", "redeployed"));
}

TEST_CASE(
    "asio-chat windows: a part of the log is shown around an entry, until one follows again") {
  desk d;
  window& w = d.room("lobby");
  d.say("lobby", "bob", "newest", 500);
  history_page page;
  page.earlier = page.more = true;
  page.entries.resize(9);
  for (std::uint64_t i = 0; i < 9; ++i)
    page.entries[i].at = {1, 100 + i};
  d.all.around(w, page, {1, 104});
  REQUIRE(w.chosen);
  CHECK(w.log.at(*w.chosen).at == position{1, 104});
  CHECK(w.older);
  CHECK(w.log.cut());
  d.all.follow(w);
  CHECK_FALSE(w.chosen);
  CHECK(w.refills);
}

TEST_CASE("asio-chat windows: joins and leaves that follow each other are one line") {
  desk d;
  for (const char* name : {"a", "b"})
    d.all.presence(member_joined{"lobby", name}, {});
  d.all.presence(member_left{"lobby", "a"}, {});
  const message_log& log = d.room("lobby").log;
  REQUIRE(log.size() == 1);
  CHECK(log.at(log.first()).joined == std::vector<std::string>{"a", "b"});
  CHECK(log.at(log.first()).left == std::vector<std::string>{"a"});
  d.say("lobby", "b", "hi");
  d.all.presence(member_joined{"lobby", "c"}, {});
  CHECK(log.size() == 3);
  CHECK(d.room("lobby").presence == 4);
}

TEST_CASE("asio-chat windows: while one reads up nothing that is held goes, and all comes back") {
  desk d;
  window& w = d.room("lobby");
  for (std::size_t i = 0; i < message_log::max_lines; ++i)
    d.say("lobby", "bob", "x");
  const auto first = w.log.first();
  w.scrolled = scroll_position{first, 0};
  d.say("lobby", "bob", "live");
  CHECK(w.log.first() == first);
  CHECK(w.log.beyond() == 1);
  history_page page;
  page.room = "lobby";
  page.entries.emplace_back();
  page.entries.back().at = {1, d.next - 1};
  page.entries.back().text = "live";
  d.all.newer(w, page);
  CHECK_FALSE(w.log.cut());
  CHECK(w.log.at(w.log.end() - 1).text == "live");
}

TEST_CASE("asio-chat windows: who reads up in a cut log and then follows wants a page") {
  desk d;
  window& w = d.room("lobby");
  d.say("lobby", "bob", "old");
  w.log.miss({1, 50});
  w.scrolled = scroll_position{w.log.first(), 0};
  d.all.follow(w);
  CHECK(w.log.empty());
  CHECK(w.refills);
  d.say("lobby", "bob", "live", 51);
  history_page page;
  page.earlier = true;
  page.entries.resize(3);
  for (std::uint64_t i = 0; i < 3; ++i)
    page.entries[i].at = {1, 49 + i};
  d.all.older(w, page);
  CHECK(w.log.size() == 3); // the live one came with the page as well
  CHECK(w.log.newest() == position{1, 51});
  CHECK(w.older);
}

TEST_CASE("asio-chat windows: one's own line is in doubt, kept or refused by its ref") {
  desk d;
  window& w = d.room("lobby");
  log_line mine{log_line::kind::message, {}, {}, "mine"};
  mine.ref = "1";
  d.all.echo(w, mine);
  const auto n = w.log.first();
  CHECK(w.log.at(n).from == "alice");
  d.all.doubted("1");
  CHECK(w.log.at(n).fate == log_line::state::waiting);
  CHECK(d.all.acknowledged("1", {1, 5}, {}));
  CHECK(w.log.at(n).fate == log_line::state::kept);
  CHECK(w.log.at(n).at == position{1, 5});
  CHECK_FALSE(d.all.acknowledged("1", {1, 5}, {}));
  mine.ref = "2";
  d.all.echo(w, mine);
  CHECK(d.all.refused("2", "too fast"));
  CHECK(w.log.at(n + 1).why == "too fast");
  CHECK_FALSE(d.all.refused("", "no line has an empty ref"));
}

TEST_CASE("asio-chat windows: a private message opens a window and calls, and follows a name") {
  desk d;
  CHECK(d.all.said(direct_message{"bob", "alice", {}, "psst"}));
  CHECK(d.all.at(2).title() == "@bob");
  CHECK(d.all.at(2).mentions == 1);
  d.enter("den");
  CHECK(d.all.at(3).title() == "#den"); // a window keeps its number
  d.all.presence(member_renamed{"lobby", "bob", "rob"}, {});
  CHECK(d.all.at(2).title() == "@rob");
}

TEST_CASE("asio-chat windows: a room that one left is closed, the server's window never") {
  desk d;
  d.enter("den");
  d.all.show(2);
  d.all.left("den");
  CHECK(d.all.current().title() == "#lobby");
  d.all.left("lobby");
  CHECK(d.all.current().title() == "example");
  CHECK_FALSE(d.all.close(0));
}

TEST_CASE("asio-chat windows: a part of a name finds those that begin with it first") {
  desk d;
  d.enter("garden");
  d.enter("den");
  CHECK(d.all.named_like("DEN") == std::vector<std::size_t>{3, 2});
  CHECK(d.all.named_like("e").back() == 0);
  CHECK(d.all.named_like("zzz").empty());
}

TEST_CASE("asio-chat windows: one that is closed gives way to the one shown before it") {
  desk d;
  for (const char* room : {"one", "two", "three"})
    d.enter(room);
  d.all.show(1);
  d.all.show(3);
  d.all.show_direct("bob");
  REQUIRE(d.all.shown() == 5);
  d.all.close(5);
  CHECK(d.all.current().title() == "#two");
  d.all.close(2); // another one
  CHECK(d.all.current().title() == "#two");
  d.all.left("two");
  CHECK(d.all.current().title() == "#lobby");
}

TEST_CASE("asio-chat windows: what was typed in a room that is closed is there again later") {
  desk d;
  d.enter("den");
  d.room("den").draft = U"half a";
  d.all.left("den");
  CHECK(d.all.unopened_drafts() == std::map<std::string, std::string>{{"#den", "half a"}});
  d.enter("den");
  CHECK(d.room("den").draft == U"half a");
  CHECK(d.all.unopened_drafts().empty());
}

TEST_CASE("asio-chat windows: what comes below while one reads up is not read") {
  desk d;
  d.enter("den");
  d.say("lobby", "bob", "seen");
  window& lobby = d.room("lobby");
  lobby.scrolled = scroll_position{lobby.log.first(), 0};
  CHECK(d.say("lobby", "bob", "alice: look"));
  CHECK(lobby.unread == 1);
  CHECK(lobby.mentions == 1);
  d.all.show(2);
  d.all.show(1); // still further up
  d.all.show(2);
  CHECK(lobby.unread == 1);
  REQUIRE(lobby.marker);
  CHECK(lobby.log.at(*lobby.marker).text == "alice: look");
  CHECK(d.all.show_next_unread());
  CHECK(d.all.current().title() == "#lobby");
  CHECK(d.all.show_next_unread()); // and there to what is new
  CHECK_FALSE(lobby.scrolled);
  CHECK(lobby.unread == 0);
  CHECK(lobby.mentions == 0);
  CHECK_FALSE(d.all.show_next_unread());
}

TEST_CASE("asio-chat windows: who is put out of a room sees it, and comes back to a whole log") {
  desk d;
  d.say("lobby", "bob", "before", 1);
  d.all.presence(member_left{"lobby", "alice"}, {});
  window& lobby = d.room("lobby");
  CHECK(lobby.log.at(lobby.log.end() - 1).text ==
        "you are not in this room any more; /join lobby comes back");
  d.all.presence(member_left{"lobby", "bob"}, {}); // of another one
  CHECK(lobby.log.at(lobby.log.end() - 1).what == log_line::kind::presence);
  d.enter("lobby", {1, 5});
  CHECK(lobby.log.empty());
  CHECK(lobby.refills);
  CHECK(lobby.older);
  REQUIRE(lobby.marks);
  CHECK(*lobby.marks == position{1, 1});
}

TEST_CASE("asio-chat windows: what the server tells one alone has its sign, wherever it stands") {
  desk d;
  window& lobby = d.room("lobby");
  d.all.told_by_server("lobby", "bob has removed alice from lobby", {});
  CHECK(lobby.log.at(lobby.log.end() - 1).what == log_line::kind::answer);
  d.all.told_by_server("", "back at five", {});
  CHECK(d.all.current().log.at(d.all.current().log.end() - 1).what == log_line::kind::answer);
}
