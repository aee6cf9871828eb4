#include "bookmarks.hpp"

#include "support/catch.hpp"

using namespace asio_chat;
using namespace asio_chat::app;

TEST_CASE("asio-chat D12: reads on where it stopped, or from the beginning of a new log") {
  bookmarks b;
  const auto state = [](position head) { return room_state{"", "lobby", "", {}, head}; };
  CHECK_FALSE(b.missed(state({1, 9})));
  b.seen("lobby", {1, 9});
  CHECK_FALSE(b.missed(state({1, 9})));
  CHECK(b.missed(state({1, 12})) == position{1, 9});
  CHECK(b.missed(state({2, 3})) == position{2, 0});
  CHECK_FALSE(b.missed(state({2, 0})));
  b.forget("lobby");
  CHECK_FALSE(b.missed(state({1, 12})));
}
