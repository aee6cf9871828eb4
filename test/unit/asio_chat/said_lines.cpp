#include "said_lines.hpp"

#include "support/catch.hpp"

using namespace asio_chat;
using namespace asio_chat::app;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> overdue(said_lines& s, steady_time now, bool mark) {
  std::vector<std::string> texts;
  for (const said_lines::line& l : s.find_overdue(now, mark))
    texts.push_back(l.text);
  return texts;
}

} // namespace

TEST_CASE("asio-chat said lines: each is marked once, as long as it has no answer") {
  said_lines s;
  const auto one = s.add({"one", false}, {});
  const auto two = s.add({"two", true}, {});
  const auto three = s.add({"three", false}, {});
  CHECK_FALSE(s.take(one).marked);
  const auto marked = s.mark_all();
  REQUIRE(marked.size() == 1);
  CHECK(marked.front().text == "three");
  CHECK(s.mark_all().empty());
  CHECK(s.take(two).marked);
  CHECK(s.take(three).marked);
  CHECK(s.take(three).text.empty());
}

TEST_CASE("asio-chat said lines: an answer is overdue after two seconds, which is reported once") {
  const steady_time start{};
  said_lines s;
  CHECK_FALSE(s.next_overdue());
  const auto one = s.add({"one"}, start);
  const auto two = s.add({"two"}, start + 1s);
  s.add({"marked", true}, start + 1s);
  const auto answered = s.add({"answered"}, start + 1s);
  CHECK(s.next_overdue() == start + 2s);
  CHECK(overdue(s, start + 1999ms, true).empty());
  CHECK(overdue(s, start + 2s, true) == std::vector<std::string>{"one"});
  CHECK(s.next_overdue() == start + 3s);
  s.take(answered);
  CHECK(overdue(s, start + 3s, true) == std::vector<std::string>{"two"});
  CHECK(overdue(s, start + 9s, true).empty());
  CHECK_FALSE(s.next_overdue());
  CHECK(s.mark_all().empty());
  CHECK(s.take(one).marked);
  CHECK(s.take(two).marked);
  // A program is told, and not told again when it is certain.
  const auto piped = s.add({"piped"}, start + 9s);
  CHECK(overdue(s, start + 11s, false) == std::vector<std::string>{"piped"});
  CHECK(overdue(s, start + 11s, false).empty());
  CHECK_FALSE(s.take(piped).marked);
}

TEST_CASE("asio-chat said lines: the fate of a marked line is told in words") {
  CHECK(fate_of({"hi"}, {}, "") == "[sent: hi]");
  CHECK(fate_of({"hi"}, errc::not_connected, "x") == "[not sent: hi]");
  CHECK(fate_of({"hi"}, errc::connection_lost, "x") ==
        "[not acknowledged: hi; it may or may not be kept]");
  CHECK(fate_of({"hi"}, errc::not_in_room, "you are\x1b not in den") ==
        "[refused: hi; you are\uFFFD not in den]");
  CHECK(fate_of({"hi", false, {7, "x"}}, errc::not_connected, "") == "[line 7: not sent: hi]");
}

TEST_CASE("asio-chat said lines: a line is recognised by its beginning") {
  CHECK(excerpt("short") == "short");
  CHECK(excerpt("a\x1b\nb") == "a\uFFFD b");
  CHECK(excerpt(std::string(60, 'x')) == std::string(60, 'x'));
  CHECK(excerpt(std::string(61, 'x')) == std::string(60, 'x') + "…");
}
