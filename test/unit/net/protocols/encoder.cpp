#include "net/protocols/encoder.hpp"

#include "support/catch.hpp"

using namespace asio_chat;

namespace {

int times_encoded = 0;

std::string counted(const event& e) {
  ++times_encoded;
  return std::holds_alternative<acknowledged>(e) ? "" : "bytes";
}

} // namespace

TEST_CASE("an event is encoded once for however many receivers") {
  times_encoded = 0;
  net::encode_once encode(0, counted);
  const shared_event e = share(member_joined{"lobby", "alice"});
  const shared_bytes first = encode(e);
  for (int i = 0; i < 1'000; ++i)
    REQUIRE(encode(e).view().data() == first.view().data());
  CHECK(times_encoded == 1);
  CHECK(first.view() == "bytes");
}

TEST_CASE("another event is another encoding, even at the address of one that is gone") {
  times_encoded = 0;
  net::encode_once encode(0, counted);
  for (int i = 1; i <= 100; ++i) {
    encode(share(member_joined{"lobby", "alice"}));
    REQUIRE(times_encoded == i);
  }
}

TEST_CASE("what a protocol has no words for is encoded once too, as nothing") {
  times_encoded = 0;
  net::encode_once encode(0, counted);
  const shared_event e = share(acknowledged{});
  CHECK_FALSE(encode(e));
  CHECK_FALSE(encode(e));
  CHECK(times_encoded == 1);
}

TEST_CASE("each codec has its own encoding of the same event") {
  net::encode_once first(0, counted);
  net::encode_once second(event_block::max_codecs - 1,
                          [](const event&) { return std::string("other"); });
  const shared_event e = share(member_joined{"lobby", "alice"});
  CHECK(first(e).view() == "bytes");
  CHECK(second(e).view() == "other");
  CHECK(first(e).view() == "bytes");
}

TEST_CASE("entries lie side by side, whatever one member alone is told between them") {
  net::encode_once encode(0, counted);
  shared_bytes all = encode(share(entry{}));
  const shared_bytes alone = encode(share(reply{}));
  const shared_bytes next = encode(share(entry{}));
  CHECK_FALSE(all.extend(alone));
  CHECK(all.extend(next));
  CHECK(all.view() == "bytesbytes");
}
