#include "completion.hpp"

#include "support/catch.hpp"

using namespace asio_chat::app;

namespace {
const vocabulary words{
    {"who", "join", "me", "msg", "quit"}, {"alice", "Albert", "bob"}, {"lobby", "den"}};
}

TEST_CASE("asio-chat completion: one choice is completed, with what belongs behind it") {
  CHECK(complete("/w", words).text == "who ");
  CHECK(complete("/w", words).replaced == 1);
  CHECK(complete("b", words).text == "bob: ");
  CHECK(complete("hi B", words).text == "bob ");
  CHECK(complete("/join d", words).text == "den ");
  CHECK(complete("/msg bo", words).text == "bob ");
}

TEST_CASE("asio-chat completion: several choices go as far as they agree") {
  const completion m = complete("/m", words);
  CHECK(m.text == "m");
  CHECK(m.choices == std::vector<std::string>{"me", "msg"});
  const completion a = complete("A", words);
  CHECK(a.text == "Al");
  CHECK(a.choices.size() == 2);
  CHECK(complete("", words).choices.size() == 3);
}

TEST_CASE("asio-chat completion: no choice changes nothing") {
  const completion c = complete("hi xyz", words);
  CHECK(c.text == "xyz");
  CHECK(c.replaced == 3);
  CHECK(c.choices.empty());
  CHECK(complete("hi /w", words).choices.empty());
}
