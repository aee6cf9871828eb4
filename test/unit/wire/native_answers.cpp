// Replies as data: every kind comes back as it went, and fits a frame.

#include "support/catch.hpp"
#include "unit/wire/payloads.hpp"
#include "wire/frame.hpp"
#include "wire/native_codec.hpp"
#include "wire/reply_lines.hpp"

#include <fmt/format.h>

using namespace asio_chat;
using namespace asio_chat::wire;

namespace {

const wall_time noon(std::chrono::milliseconds(1'700'000'123'456));
const std::string worst_ref(native::id_bytes, '\x01');
const std::string longest_name(64, 'n');

entry said(std::uint64_t offset, std::string text) {
  return {"den", {7, offset}, noon, "alice", entry_kind::message, std::move(text), ""};
}

reply as_data(reply_data d) {
  return {worst_ref, "it", {}, {}, make_reply_data(std::move(d)), true};
}

reply read(std::string_view payload) {
  const auto decoded = native::parse_message(payload);
  if (const auto* bad = std::get_if<native::bad_message>(&decoded)) FAIL(bad->why.message);
  return std::get<reply>(std::get<event>(std::get<native::message>(decoded)));
}

std::string payload_of(const reply& r) {
  const auto payloads = test::payloads_of(native::encode(event(r)), native_payload_cap);
  REQUIRE(payloads.size() == 1);
  return payloads.front();
}

template <class Kind>
Kind back(Kind d) {
  const reply r = read(payload_of(as_data(std::move(d))));
  REQUIRE(r.as<Kind>() != nullptr);
  return *r.as<Kind>();
}

template <class Kind>
void check_comes_back(const Kind& d) {
  const reply r = read(payload_of(as_data(d)));
  REQUIRE(r.as<Kind>() != nullptr);
  CHECK(*r.as<Kind>() == d);
  const reply_lines shown = show(d);
  CHECK(r.lines == shown.lines);
  CHECK(r.items == shown.items);
}

} // namespace

TEST_CASE("data of every kind come back as they went, and the client makes the lines of them") {
  check_comes_back(answers::members{"den", {"alice", "bob"}, 5, "carol"});
  check_comes_back(answers::members{"den", {}, 0, ""});
  check_comes_back(answers::members{"den", {"alice"}, 1, "", {}, {"alice Alice Smith"}});
  check_comes_back(answers::members{"den", {"alice", "bob"}, 2, "", {}, {}, {"bob"}});
  check_comes_back(answers::rooms{{{"den", 2, "tea\n\"at\" five"}, {"lobby", 1, ""}}, 3, "nook"});
  check_comes_back(answers::topic{"den", "tea"});
  check_comes_back(answers::log{"den", {said(1, "one\ntwo"), said(2, "three")}, 20, true});
  check_comes_back(answers::found{"den", {said(1, "one")}, true, true});
  const command_info find{"find",
                          {{"WORDS", argument_kind::query, "", false, false, 0, 0, "whole words"},
                           {"N", argument_kind::number, "", true, true, 1, 200, ""},
                           {"NAME", argument_kind::member, "from", true, false, 0, 0, ""}},
                          "find something",
                          "More of it."};
  check_comes_back(answers::commands{{find, {"quit", {}, "leave", ""}}});
  check_comes_back(answers::command{find});
  check_comes_back(answers::sent{"bob", "psst", noon});
  check_comes_back(answers::left{"den"});
  check_comes_back(answers::own_name{"bob", true});
  check_comes_back(answers::protection{true, "TLSv1.3", "SUITE", "x25519", "CN=a", "AB", "CN=b"});
  check_comes_back(answers::protection{});
}

TEST_CASE("who does not know data gets lines, and who does gets data alone") {
  reply r = as_data(answers::left{"den"});
  r.ref = "r";
  CHECK(payload_of(r) == R"({"v":1,"type":"reply","ref":"r","command":"it",)"
                         R"("data":{"kind":"left","room":"den"}})");
  r.data_alone = false;
  CHECK(payload_of(r) == R"({"v":1,"type":"reply","ref":"r","command":"it",)"
                         R"("lines":["you left den"],"items":["den"]})");
}

TEST_CASE("of data that a newer server has a client takes the lines that come with them") {
  const reply shown = read(R"({"type":"reply","command":"dance","data":{"kind":"steps","n":3},)"
                           R"("lines":["one, two"],"items":["one","two"]})");
  CHECK_FALSE(shown.data);
  CHECK(shown.lines == std::vector<std::string>{"one, two"});
  CHECK(shown.items.size() == 2);
  CHECK(read(R"({"type":"reply","command":"x","data":{"kind":"steps"}})").lines.empty());
  const auto bad = native::parse_message(
      R"({"type":"reply","command":"who","data":{"kind":"members","room":"den","names":[1]}})");
  CHECK(std::holds_alternative<native::bad_message>(bad));
}

TEST_CASE("a list of names or rooms that is too long is cut, and names where to go on") {
  answers::members many{longest_name, {}, 100'000, "zoe"};
  for (int n = 0; n < 2'000; ++n)
    many.names.push_back(fmt::format("{}{:04}", std::string(60, 'n'), n));
  const auto m = back(many);
  REQUIRE(m.names.size() > 400);
  REQUIRE(m.names.size() < many.names.size());
  CHECK(m.next == many.names[m.names.size()]);
  CHECK(m.total == 100'000);

  answers::rooms rooms{{}, 1'500, ""};
  for (int n = 0; n < 1'000; ++n)
    rooms.list.push_back({fmt::format("room-{:04}", n), 5'000'000, std::string(512, '"')});
  const auto r = back(rooms);
  REQUIRE(r.list.size() > 50);
  CHECK(r.next == rooms.list[r.list.size()].name);
  for (answers::rooms::one& room : rooms.list)
    room.topic.clear();
  CHECK(back(rooms).list.size() == 1'000); // without topics a thousand fit
  CHECK(back(rooms).next.empty());
}

TEST_CASE("of entries that do not fit the newest are kept, and that is said") {
  std::vector<entry> entries;
  for (std::uint64_t n = 1; n <= 50; ++n)
    entries.push_back(said(n, std::string(8'192, '"')));
  const auto found = back(answers::found{"den", entries, false, false});
  REQUIRE(found.entries.size() == 3);
  CHECK(found.entries.back().at.offset == 50);
  CHECK(found.entries.front().at.offset == 48);
  CHECK(found.more);
  const auto log = back(answers::log{"den", entries, 50, false});
  CHECK(log.entries.size() == 3);
  CHECK(log.earlier);
  for (std::size_t length = 21'000; length < 21'900; length += 3) { // to the byte
    entries.resize(3);
    for (entry& e : entries)
      e.text = std::string(length, 'x');
    const auto three = back(answers::log{"den", entries, 3, false});
    REQUIRE(three.entries.size() >= 2);
    REQUIRE(three.entries.back().at.offset == 3);
    REQUIRE(three.earlier == (three.entries.size() < 3));
  }
}

TEST_CASE("the longest text that was sent to one member fits, though every byte is escaped") {
  CHECK(back(answers::sent{longest_name, std::string(30'000, '"'), noon}).text.size() == 30'000);
}

TEST_CASE("a client says that it wants data, and is told the arguments of the commands") {
  const std::string hello = native::encode(native::request(native::hello{
      .name = "alice", .passphrase = {}, .room = {}, .agent = {}, .data_replies = true}));
  CHECK(hello.find(R"("replies":"data")") != std::string::npos);
  for (const auto& [payload, wants] : {std::pair(R"({"type":"hello","replies":"data"})", true),
                                       std::pair(R"({"type":"hello","replies":"poems"})", false),
                                       std::pair(R"({"type":"hello"})", false)}) {
    const auto decoded = native::parse_request(payload);
    CHECK(std::get<native::hello>(std::get<native::request>(decoded)).data_replies == wants);
  }
  native::welcome w{"alice", "s", 8192, {"who"}};
  w.syntax = {{"who", {{"NAME", argument_kind::member, "", true}}, "", ""}};
  const auto payload = test::payloads_of(native::encode(w)).front();
  CHECK(payload.find(R"("syntax":[{"name":"who","arguments":[{"name":"NAME","kind":"member",)"
                     R"("optional":true}]}])") != std::string::npos);
  const auto decoded = native::parse_message(payload);
  CHECK(std::get<native::welcome>(std::get<native::message>(decoded)).syntax == w.syntax);
}

TEST_CASE("an argument of a kind that is not known yet is a word") {
  const reply r = read(R"({"type":"reply","command":"help","data":{"kind":"command","about":)"
                       R"({"name":"x","arguments":[{"name":"C","kind":"colour"}]}}})");
  REQUIRE(r.as<answers::command>() != nullptr);
  CHECK(r.as<answers::command>()->about.arguments[0].kind == argument_kind::word);
}
