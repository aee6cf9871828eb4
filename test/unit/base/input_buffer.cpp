#include "base/input_buffer.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <string_view>

using namespace asio_chat;

namespace {

void receive(input_buffer& b, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto room = b.prepare();
    REQUIRE(!room.empty());
    const std::size_t n = std::min(room.size(), bytes.size());
    std::copy_n(bytes.begin(), n, room.begin());
    b.commit(n);
    bytes.remove_prefix(n);
  }
}

} // namespace

TEST_CASE("bytes are unread until they are consumed, in their order") {
  input_buffer b(16);
  CHECK(b.unread().empty());
  receive(b, "GET ");
  receive(b, "/chat");
  CHECK(b.unread() == "GET /chat");
  b.consume(4);
  CHECK(b.unread() == "/chat");
  receive(b, "/room");
  CHECK(b.unread() == "/chat/room");
  b.discard();
  CHECK(b.unread().empty());
}

TEST_CASE("a buffer holds the longest, also if that grew, and not much more") {
  input_buffer b(16);
  b.set_longest(70'000);
  const std::string all(70'000, 'x');
  receive(b, all);
  CHECK(b.unread() == all);
  CHECK(b.prepare().size() < 1024);
}

TEST_CASE(
    "a buffer that gives its memory back goes on where it was, with something in it as well") {
  input_buffer b(16);
  const std::string_view all = "hello";
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    receive(b, all.substr(0, cut));
    b.give_back();
    CHECK(b.unread() == all.substr(0, cut));
    receive(b, all.substr(cut));
    REQUIRE(b.unread() == all);
    b.consume(all.size());
    b.give_back();
    b.give_back();
    CHECK(b.unread().empty());
  }
}
