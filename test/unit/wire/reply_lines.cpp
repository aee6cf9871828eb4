#include "wire/reply_lines.hpp"

#include "support/catch.hpp"

#include <fmt/format.h>

#include <limits>

using namespace asio_chat;
using namespace asio_chat::wire;

namespace {

using strings = std::vector<std::string>;

const wall_time noon(std::chrono::milliseconds(1'700'000'123'456));

entry said(std::string text) {
  return {"den", {7, 1}, noon, "alice", entry_kind::message, std::move(text), ""};
}

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

} // namespace

TEST_CASE("an entry is one line for a person") {
  entry e{"den", {}, noon, "alice", entry_kind::message, "one\ntwo", ""};
  CHECK(entry_line(e) == "[2023-11-14 22:15:23 UTC] alice: one / two");
  CHECK(entry_line({"den", {}, noon, "alice", entry_kind::message, "1\n2\n3", ""}, 5) ==
        "[2023-11-14 22:15:23 UTC] alice: 1 / 2 …"); // not longer by its line ends
  e.kind = entry_kind::action;
  CHECK(entry_line(e) == "[2023-11-14 22:15:23 UTC] ~ alice one / two");
  e.kind = entry_kind::topic;
  CHECK(entry_line(e) == "[2023-11-14 22:15:23 UTC] * alice set the topic: one / two");
  e.text.clear();
  CHECK(entry_line(e) == "[2023-11-14 22:15:23 UTC] * alice removed the topic");
}

TEST_CASE("answers are told in a line or more, with what a program would look for as items") {
  const auto check = [](const reply_data& d, const strings& lines, const strings& items) {
    const reply_lines shown = show(d);
    CHECK(shown.lines == lines);
    CHECK(shown.items == items);
  };
  check(answers::members{"den", {}, 3, ""},
        {"nobody here has that name or a later one; /who lists all 3"}, {});
  check(answers::rooms{{}, 2, ""}, {"no room has that name or a later one; /rooms lists all 2"},
        {});
  check(answers::members{"den", {"alice", "bob"}, 2, ""}, {"online: alice, bob"}, {"alice", "bob"});
  check(answers::members{"den", {"al", "alice", "bob"}, 3, "", {"bob"}, {"alice A \\ B", "bob Bo"}},
        {R"(online: al, alice "A \ B", bob "Bo" (guest))"}, {"al", "alice", "bob"});
  check(answers::members{"den", {"al", "bob"}, 2, "", {"al"}, {}, {"al", "bob"}},
        {"online: al (guest) (away), bob (away)"}, {"al", "bob"});
  check(answers::members{"den", {"alice"}, 2, "bob"},
        {"online: alice", "there are 2; /who bob goes on from there"}, {"alice"});
  check(answers::rooms{{{"den", 1, ""}, {"lobby", 2, "tea"}}, 3, "nook"},
        {"den (1)", "lobby (2): tea", "there are 3; /rooms nook goes on from there"},
        {"den", "lobby"});
  check(answers::topic{"den", ""}, {"there is no topic"}, {""});
  check(answers::topic{"den", "tea"}, {"topic: tea"}, {"tea"});
  check(answers::log{"den", {}, 20, false}, {"nothing was said here yet"}, {});
  check(answers::log{"den", {said("hi")}, 20, false}, {"@1 [2023-11-14 22:15:23 UTC] alice: hi"},
        {});
  check(answers::log{"den", {said("hi")}, 2, true},
        {"these are the last 1 of the 2 asked for", "@1 [2023-11-14 22:15:23 UTC] alice: hi"}, {});
  check(answers::found{"den", {}, false, false}, {"nothing like that was said in den"}, {});
  check(answers::found{"den", {said("hi")}, true, false},
        {"@1 [2023-11-14 22:15:23 UTC] alice: hi",
         "this is the newest one; before: finds older ones"},
        {});
  check(answers::sent{"bob", "psst", noon}, {"to bob: psst"}, {});
  check(answers::left{"den"}, {"you left den"}, {"den"});
  check(answers::protection{}, {"this connection is not encrypted"}, {});
  check(answers::protection{true, "TLSv1.3", "SUITE", "x25519", "CN=a", "AB:CD", ""},
        {"TLSv1.3, SUITE, key agreement x25519", "the server's certificate: CN=a, SHA-256 AB:CD",
         "you showed no certificate"},
        {});
}

TEST_CASE("a new name is told by events, and where they do not tell it by the answer") {
  CHECK(show(answers::own_name{"bob", true}).lines.empty());
  CHECK(show(answers::own_name{"bob", false}).lines == strings{"you are known as bob"});
  CHECK(show(answers::own_name{"bob", true}).items == strings{"bob"});
}

TEST_CASE(
    "lists that are too long for an answer are cut, and the line behind says where to go on") {
  answers::members many{"den", {}, 5'000, "zoe"};
  for (int n = 0; n < 1'000; ++n)
    many.names.push_back(fmt::format("a-name-of-twenty-{:03}", n));
  const reply_lines cut = show(many);
  REQUIRE(cut.items.size() < 1'000);
  CHECK(cut.lines.back() ==
        fmt::format("there are 5000; /who {} goes on from there", many.names[cut.items.size()]));
  const reply_lines all = show(many, no_limit);
  CHECK(all.items.size() == 1'000);
  CHECK(all.lines.back() == "there are 5000; /who zoe goes on from there");
}

TEST_CASE("of a long log the newest lines are shown, one in any case") {
  answers::log l{"den", {said(std::string(20'000, 'x')), said(std::string(20'000, 'y'))}, 2, false};
  CHECK(show(l).lines.size() == 2);
  CHECK(show(l).lines.front() == "these are the last 1 of the 2 asked for");
  CHECK(show(l, no_limit).lines.size() == 2);
  CHECK(show(l, no_limit).lines.front().ends_with("xxx"));
  l.entries = {said(std::string(27'000, 'x')), said(std::string(30'000, 'y'))};
  CHECK(show(l).lines.size() == 2); // the hint and the newest, though that is longer than allowed
}

TEST_CASE("a reply without data keeps the lines that it has") {
  reply r{"", "who", {"online: bob"}, {"bob"}};
  fill_lines(r);
  CHECK(r.lines == strings{"online: bob"});
  r.data = make_reply_data(answers::left{"den"});
  fill_lines(r);
  CHECK(r.lines == strings{"you left den"});
  CHECK(r.items == strings{"den"});
}
