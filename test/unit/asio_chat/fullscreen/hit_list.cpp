#include "fullscreen/hit_list.hpp"

#include "support/catch.hpp"

using namespace asio_chat;
using namespace asio_chat::app;

TEST_CASE("asio-chat hit list: the newest is chosen first, and no choice leaves the list") {
  answers::found found;
  found.room = "den";
  for (std::uint64_t i = 1; i <= 5; ++i) {
    entry e;
    e.at = {1, i * 10};
    found.entries.push_back(e);
  }
  hit_list hits(found, windows("example"));
  CHECK(hits.shown().title() == "5 found in #den");
  CHECK(hits.chosen() == position{1, 50});
  hits.move(-1);
  CHECK(hits.chosen() == position{1, 40});
  hits.move(-100);
  CHECK(hits.chosen() == position{1, 10});
  hits.move(100);
  CHECK(hits.chosen() == position{1, 50});
  CHECK(hits.shown().topic.empty());
}
