// A text that does not fit one frame of the text protocol is sent in several, and nothing is lost.

#include "base/sanitize.hpp"
#include "support/catch.hpp"
#include "unit/base/random_text.hpp"
#include "unit/wire/payloads.hpp"
#include "wire/text_codec.hpp"

using namespace asio_chat;
namespace text = wire::text;

namespace {

constexpr std::size_t cap = wire::text_payload_cap;

/// The lines of all frames, in order; every frame is checked on the way.
std::vector<std::string> lines_of(const event& e) {
  std::vector<std::string> lines;
  for (const std::string& payload : test::payloads_of(text::encode(e), cap)) {
    REQUIRE(is_sanitized(payload));
    for (std::size_t start = 0; start <= payload.size();) {
      const std::size_t end = std::min(payload.find('\n', start), payload.size());
      lines.push_back(payload.substr(start, end - start));
      start = end + 1;
    }
  }
  return lines;
}

std::string said_in(const std::vector<std::string>& lines, std::string_view before) {
  std::string all;
  for (const std::string& line : lines) {
    REQUIRE(line.starts_with(before));
    all += line.substr(before.size());
  }
  return all;
}

event message(std::string said) {
  return entry{"lobby", {1, 2}, {}, "alice", entry_kind::message, std::move(said), ""};
}

} // namespace

TEST_CASE("C30: a text that fills a frame exactly needs one frame, and a byte more needs two") {
  const std::string before = "alice: ";
  const std::string fits(cap - before.size(), 'x');
  CHECK(test::payloads_of(text::encode(message(fits)), cap).size() == 1);
  const auto two = test::payloads_of(text::encode(message(fits + "y")), cap);
  REQUIRE(two.size() == 2);
  CHECK(two[0].size() == cap);
  CHECK(two[1] == "alice: y");
}

TEST_CASE("C31: long texts are split between characters, and nothing is lost") {
  for (const std::string& piece : {std::string("x"), std::string("ä"), std::string("€"),
                                   std::string("\U0001F600"), std::string("ab\U0001F600c€")}) {
    std::string said;
    while (said.size() + piece.size() <= 30'000)
      said += piece;
    for (std::size_t shift = 0; shift < 4; ++shift) {
      const std::string shifted = std::string(shift, '.') + said;
      REQUIRE(said_in(lines_of(message(shifted)), "alice: ") == shifted);
    }
  }
}

TEST_CASE("C31: many short lines fill frames, each with its author's name") {
  std::string said;
  for (int i = 0; i < 5'000; ++i)
    said += "x\n";
  const auto lines = lines_of(message(said));
  REQUIRE(lines.size() == 5'001);
  for (std::size_t i = 0; i < 5'000; ++i)
    REQUIRE(lines[i] == "alice: x");
  CHECK(test::payloads_of(text::encode(message(said)), cap).size() < 10);
}

TEST_CASE("C31: of any text each frame fits and is clean, and together they are the text") {
  std::mt19937 random(7);
  for (int i = 0; i < 300; ++i) {
    std::string said = sanitize(test::random_bytes(random, 20'000));
    std::string expected = said;
    std::erase(expected, '\n');
    REQUIRE(said_in(lines_of(message(said)), "alice: ") == expected);
  }
}

TEST_CASE("a notice that is too long for a frame is sent in several") {
  const std::string names(20'000, 'n');
  const auto lines = lines_of(reply{"", "who", {names}, {}});
  REQUIRE(lines.size() == 3);
  for (const std::string& line : lines) {
    CHECK(line.starts_with("* "));
    CHECK(line.ends_with(" *"));
  }
}

TEST_CASE("a topic of the greatest length is sent to a new member") {
  const std::string topic(512, '"');
  CHECK(lines_of(room_state{"", "lobby", topic, {}, {}}) ==
        std::vector<std::string>{"* topic: " + topic + " *"});
}
