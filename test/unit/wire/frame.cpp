#include "wire/frame.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <cstring>

using namespace asio_chat;
using wire::frame_reader;

namespace {

using several = std::vector<std::string>;

/// Gives the reader bytes as a socket would: as many at a time as it has room for.
void feed(frame_reader& reader, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto room = reader.prepare();
    REQUIRE(!room.empty());
    const std::size_t n = std::min(room.size(), bytes.size());
    std::memcpy(room.data(), bytes.data(), n);
    reader.commit(n);
    bytes.remove_prefix(n);
  }
}

/// Returns all complete frames, and the reason why there are no more.
frame_reader::status take(frame_reader& reader, several& out) {
  std::string_view payload;
  for (;;) {
    const auto status = reader.next(payload);
    if (status != frame_reader::status::frame) return status;
    out.emplace_back(payload);
  }
}

std::string header(std::size_t length) {
  return {static_cast<char>(length >> 24), static_cast<char>(length >> 16),
          static_cast<char>(length >> 8), static_cast<char>(length)};
}

} // namespace

TEST_CASE("C33: a frame is four bytes of length, the highest first, and the payload") {
  CHECK(wire::frame("") == std::string("\0\0\0\0", 4));
  CHECK(wire::frame("hello") == std::string("\0\0\0\5hello", 9));
  CHECK(wire::frame(std::string(8192, 'x')).substr(0, 4) == std::string("\0\0\x20\0", 4));
  std::string two = wire::frame("a");
  wire::append_frame(two, "bc");
  CHECK(two == std::string("\0\0\0\1a\0\0\0\2bc", 11));
}

TEST_CASE("C33: frames split anywhere, in two or in three, come out whole") {
  const std::string bytes = wire::frame("first") + wire::frame("") + wire::frame("zweite, äöü");
  const several expected{"first", "", "zweite, äöü"};
  for (std::size_t i = 0; i <= bytes.size(); ++i) {
    for (std::size_t j = i; j <= bytes.size(); ++j) {
      frame_reader reader(wire::text_payload_cap);
      several got;
      for (const std::string& part :
           {bytes.substr(0, i), bytes.substr(i, j - i), bytes.substr(j)}) {
        feed(reader, part);
        REQUIRE(take(reader, got) == frame_reader::status::need_more);
      }
      REQUIRE(got == expected);
      REQUIRE(reader.pending() == 0);
    }
  }
}

TEST_CASE("C33: frames arrive byte by byte, and many in one read") {
  std::string bytes;
  several expected;
  for (std::size_t n = 0; n < 300; ++n) {
    expected.push_back(std::string(n * 7 % 900, static_cast<char>('a' + n % 26)));
    wire::append_frame(bytes, expected.back());
  }
  SECTION("byte by byte") {
    frame_reader reader(wire::text_payload_cap);
    several got;
    for (const char& byte : bytes) {
      feed(reader, {&byte, 1});
      take(reader, got);
    }
    CHECK(got == expected);
  }
  SECTION("as much as fits at a time") {
    frame_reader reader(wire::text_payload_cap);
    several got;
    std::string_view rest = bytes;
    while (!rest.empty()) {
      const std::size_t n = std::min(reader.prepare().size(), rest.size());
      feed(reader, rest.substr(0, n));
      rest.remove_prefix(n);
      take(reader, got);
    }
    CHECK(got == expected);
  }
}

TEST_CASE("C30: a length above the cap is refused by its header alone") {
  for (const std::size_t cap : {wire::text_payload_cap, wire::native_payload_cap}) {
    std::string_view payload;
    frame_reader fits(cap);
    feed(fits, header(cap));
    CHECK(fits.next(payload) == frame_reader::status::need_more);
    CHECK(fits.announced() == cap);

    frame_reader exceeds(cap);
    feed(exceeds, header(cap + 1).substr(0, 3));
    CHECK(exceeds.next(payload) == frame_reader::status::need_more);
    CHECK(exceeds.announced() == 0);
    feed(exceeds, header(cap + 1).substr(3));
    CHECK(exceeds.next(payload) == frame_reader::status::too_large);
    CHECK(exceeds.announced() == cap + 1);
    CHECK(exceeds.next(payload) == frame_reader::status::too_large); // for good
  }
  frame_reader reader(wire::native_payload_cap);
  feed(reader, "\xff\xff\xff\xff");
  std::string_view payload;
  CHECK(reader.next(payload) == frame_reader::status::too_large);
  CHECK(reader.announced() == 0xFFFF'FFFF);
}

TEST_CASE("C30: good frames before one that is too large are still delivered") {
  frame_reader reader(16);
  feed(reader, wire::frame("good") + header(17) + "x");
  several got;
  CHECK(take(reader, got) == frame_reader::status::too_large);
  CHECK(got == several{"good"});
}

TEST_CASE("C30: the buffer grows with the bytes that came, not with the declared length") {
  frame_reader reader(wire::native_payload_cap);
  CHECK(reader.prepare().size() <= 1024);
  feed(reader, header(8192));
  CHECK(reader.prepare().size() <= 1024);
  feed(reader, std::string(100, 'x'));
  CHECK(reader.prepare().size() <= 1024);

  // A whole frame of the longest kind needs little more than itself.
  frame_reader longest(wire::native_payload_cap);
  feed(longest, header(wire::native_payload_cap));
  std::size_t most = 0;
  for (std::size_t sent = 0; sent < wire::native_payload_cap;) {
    const std::size_t room = longest.prepare().size();
    REQUIRE(room >= 512);
    most = std::max(most, longest.pending() + room);
    const std::size_t n = std::min(room, wire::native_payload_cap - sent);
    feed(longest, std::string(n, 'x'));
    sent += n;
  }
  several got;
  take(longest, got);
  REQUIRE(got.size() == 1);
  CHECK(got.front().size() == wire::native_payload_cap);
  CHECK(most <= wire::native_payload_cap + 1024);
}

TEST_CASE(
    "a peer that sends much is read in whole records, one that sends little keeps a small buffer") {
  frame_reader busy(wire::text_payload_cap);
  frame_reader quiet(wire::text_payload_cap);
  const std::string frame = wire::frame(std::string(100, 'x'));
  std::string many;
  while (many.size() < 100'000)
    many += frame;
  std::size_t largest = 0;
  several got;
  for (std::string_view rest = many; !rest.empty();) {
    const std::size_t n = std::min(busy.prepare().size(), rest.size());
    largest = std::max(largest, n);
    feed(busy, rest.substr(0, n));
    rest.remove_prefix(n);
    REQUIRE(take(busy, got) == frame_reader::status::need_more);
    feed(quiet, frame);
    take(quiet, got);
  }
  CHECK(largest > 15 * 1024);
  CHECK(largest <= 16 * 1024);
  CHECK(quiet.prepare().size() <= 1024);
  CHECK(std::ranges::all_of(got, [](const std::string& g) { return g == std::string(100, 'x'); }));
}
