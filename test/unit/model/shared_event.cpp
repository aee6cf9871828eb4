#include "model/shared_event.hpp"

#include "support/catch.hpp"

using namespace asio_chat;

TEST_CASE("an event of many receivers is one event") {
  const shared_event first = share(member_joined{"lobby", "alice"});
  const shared_event second = first;
  CHECK(&first->value == &second->value);
  CHECK(std::get<member_joined>(second->value).name == "alice");
  CHECK(first->use_count() == 2);
}

TEST_CASE("positions of one epoch are ordered by their offset") {
  CHECK(position{7, 41} < position{7, 42});
  CHECK(position{7, 41} == position{7, 41});
  CHECK(position{7, 41} != position{8, 41});
  CHECK(position{} == position{0, 0});
}
