// What other devices of the account have read.
#include "window_person.hpp"

#include "model/read_places.hpp"
#include "support/catch.hpp"

using namespace asio_chat;
using namespace asio_chat::app;
using person = window_person;

namespace {

struct reading_person : person {
  void enter_read(const std::string& name, std::uint64_t head, std::uint64_t until) {
    room_state s;
    s.room = name;
    s.head = {1, head};
    s.read = until;
    news.show(s, "");
  }
  void read_elsewhere(const std::string& room, std::uint64_t offset) {
    news.show(news_of_reads({read_item(room, offset)}), "");
  }
  window& room(const std::string& name) { return *state.all.find_log(name); }
  std::string marked(const std::string& name) {
    const window& w = room(name);
    return w.marker && *w.marker < w.log.end() ? w.log.at(*w.marker).text : "";
  }
};

history_page page_of(std::uint64_t first, std::uint64_t last) {
  history_page page;
  for (std::uint64_t n = first; n <= last; ++n) {
    page.entries.emplace_back();
    page.entries.back().at = {1, n};
    page.entries.back().from = "bob";
    page.entries.back().text = std::to_string(n);
  }
  return page;
}

} // namespace

TEST_CASE("asio-chat windows: what is new in a room is behind what any device has read") {
  reading_person p;
  p.enter_read("hall", 9, 6);
  CHECK(p.room("hall").unread == 3);
  p.state.all.older(p.room("hall"), page_of(1, 9));
  CHECK(p.marked("hall") == "7");
  p.enter_read("attic", 9, 9);
  CHECK(p.room("attic").unread == 0);
  // The later of both counts; one of them may not have arrived there.
  p.state.all.set_read({{"loft", {1, 8}}, {"cellar", {1, 2}}, {"barn", {7, 9}}});
  p.enter_read("loft", 9, 6);
  CHECK(p.room("loft").unread == 1);
  p.enter_read("cellar", 9, 6);
  CHECK(p.room("cellar").unread == 3);
  p.enter_read("barn", 9, 6); // what was kept here is of another log
  CHECK(p.room("barn").unread == 3);
}

TEST_CASE("asio-chat windows: what another device reads is not new here any more") {
  reading_person p;
  p.meta(U'1');
  for (std::uint64_t n = 1; n <= 4; ++n)
    p.said("den", n == 3 ? "alice: look" : "text " + std::to_string(n), n);
  CHECK(p.room("den").unread == 4);
  p.read_elsewhere("den", 2);
  CHECK(p.room("den").unread == 2);
  CHECK(p.room("den").mentions == 1);
  CHECK(p.marked("den") == "alice: look");
  p.read_elsewhere("den", 1);
  p.read_elsewhere("nowhere", 1);
  CHECK(p.room("den").unread == 2);
  p.read_elsewhere("den", 4);
  CHECK(p.room("den").unread == 0);
  CHECK(p.room("den").mentions == 0);
  CHECK(p.marked("den").empty());
  p.said("den", "five", 5);
  CHECK(p.room("den").unread == 1);
  CHECK(p.marked("den") == "five");
}

TEST_CASE("asio-chat windows: what is read elsewhere before it comes here is not new") {
  reading_person p;
  p.meta(U'1');
  p.read_elsewhere("den", 2);
  p.said("den", "one", 1);
  p.said("den", "alice: two", 2);
  CHECK(p.room("den").unread == 0);
  CHECK(p.room("den").mentions == 0);
  CHECK(p.calls == 0);
  entry topic;
  topic.room = "den";
  topic.kind = entry_kind::topic;
  topic.from = "bob";
  topic.text = "tea";
  topic.at = {1, 3};
  p.read_elsewhere("den", 3);
  p.news.show(topic, "");
  CHECK(p.room("den").topic == "tea");
  p.said("den", "four", 4);
  CHECK(p.room("den").unread == 1);
}

TEST_CASE("asio-chat windows: the connection that comes back brings what was read elsewhere") {
  reading_person p;
  p.meta(U'1');
  p.enter_read("den", 0, 0);
  p.said("den", "one", 1);
  CHECK(p.room("den").unread == 1);
  p.enter_read("den", 3, 3);
  CHECK(p.room("den").unread == 0);
  p.said("den", "two", 2);
  p.said("den", "three", 3);
  CHECK(p.room("den").unread == 0);
}

TEST_CASE("asio-chat windows: the marker of the room one looks at stays while others read") {
  reading_person p;
  p.enter_read("hall", 3, 1);
  p.state.all.older(p.room("hall"), page_of(1, 3));
  p.state.all.show_room("hall");
  CHECK(p.marked("hall") == "2");
  p.read_elsewhere("hall", 3);
  CHECK(p.marked("hall") == "2");
  CHECK(p.room("hall").unread == 0);
}

TEST_CASE("asio-chat window control: what one looks at in a room is told to the server") {
  reading_person p;
  p.meta(U'1');
  p.said("den", "one", 1);
  p.said("lobby", "one", 1);
  p.screen();
  CHECK(p.read == std::vector<std::string>{"lobby 1"});
  p.screen();
  p.meta(U'2');
  p.screen();
  CHECK(p.read == std::vector<std::string>{"lobby 1", "den 1"});
  p.enter_read("hall", 9, 6);
  p.screen();
  CHECK(p.read.size() == 2);
  p.state.all.show_room("hall");
  p.screen();
  CHECK(p.read.back() == "hall 9");
}
