#include "base/key_pin.hpp"

#include "support/catch.hpp"

using namespace asio_chat;

TEST_CASE("A21: only canonical pins are pins", "[base][A21]") {
  CHECK(is_pin("sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
  for (const char* wrong :
       {"", "sha256/", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "sha1/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=", // bits beyond the 32 bytes
        "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
        "sha256/ AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "sha256/!AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "AB:CD:EF"}) {
    CAPTURE(wrong);
    CHECK_FALSE(is_pin(wrong));
  }
}

TEST_CASE("a pin gives the key back that it was made of") {
  key_hash key{};
  for (std::size_t i = 0; i < key.size(); ++i)
    key[i] = static_cast<std::uint8_t>(i * 37 + 200);
  CHECK(pin_of(key) == "sha256/yO0SN1yBpsvwFTpfhKnO8xg9Yoes0fYbQGWKr9T5HkM=");
  CHECK(parse_pin(pin_of(key)) == key);
}
