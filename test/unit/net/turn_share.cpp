#include "net/turn_share.hpp"

#include "support/catch.hpp"

using asio_chat::net::turn_share;

TEST_CASE("a turn brings a share, which does not grow by waiting") {
  turn_share s;
  for (int turn = 0; turn < 3; ++turn) {
    s.begin_turn();
    int requests = 0;
    for (; !s.is_used(); ++requests)
      s.charge(1, 0);
    CHECK(requests == turn_share::per_turn);
  }
  s.begin_turn();
  s.begin_turn();
  int requests = 0;
  for (; !s.is_used(); ++requests)
    s.charge(1, 0);
  CHECK(requests == turn_share::per_turn);
}

TEST_CASE("what was taken beyond a share is missing from the next turns") {
  turn_share s;
  s.begin_turn();
  s.charge(2, 3 * turn_share::per_turn * turn_share::bytes_per_message);
  CHECK(s.is_used());
  s.begin_turn();
  CHECK(s.is_used());
  s.begin_turn();
  CHECK(s.is_used());
  s.begin_turn();
  CHECK_FALSE(s.is_used());
}
