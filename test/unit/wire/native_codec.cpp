#include "wire/native_codec.hpp"

#include "support/catch.hpp"
#include "unit/wire/native_samples.hpp"
#include "unit/wire/payloads.hpp"

using namespace asio_chat;
using namespace asio_chat::wire;
using test::payloads_of;

namespace {

std::string payload_of(const std::string& frames) {
  const auto all = payloads_of(frames);
  REQUIRE(all.size() == 1);
  return all.front();
}

template <class T>
T request_in(std::string_view payload) {
  const auto decoded = native::parse_request(payload);
  if (const auto* bad = std::get_if<native::bad_message>(&decoded)) FAIL(bad->why.message);
  return std::get<T>(std::get<native::request>(decoded));
}

template <class T>
T message_in(std::string_view payload) {
  const auto decoded = native::parse_message(payload);
  if (const auto* bad = std::get_if<native::bad_message>(&decoded)) FAIL(bad->why.message);
  return std::get<T>(std::get<native::message>(decoded));
}

template <class T>
T event_in(std::string_view payload) {
  return std::get<T>(message_in<event>(payload));
}

} // namespace

TEST_CASE("every request comes back from its bytes as it went") {
  for (const auto& [name, value] : test::request_samples()) {
    INFO(name);
    const std::string payload = payload_of(native::encode(value));
    const auto decoded = native::parse_request(payload);
    REQUIRE(std::holds_alternative<native::request>(decoded));
    const auto& again = std::get<native::request>(decoded);
    CHECK(again.index() == value.index());
    CHECK(payload_of(native::encode(again)) == payload);
  }
}

TEST_CASE("every message comes back from its bytes as it went") {
  for (const auto& [name, value] : test::message_samples()) {
    INFO(name);
    const std::string payload = payload_of(test::encode(value));
    const auto decoded = native::parse_message(payload);
    REQUIRE(std::holds_alternative<native::message>(decoded));
    const auto& again = std::get<native::message>(decoded);
    CHECK(again.index() == value.index());
    CHECK(payload_of(test::encode(again)) == payload);
  }
}

TEST_CASE("the fields of requests") {
  const auto h = request_in<native::hello>(
      R"({"v":1,"type":"hello","name":"alice","passphrase":"p","room":"den","agent":"a 1"})");
  CHECK(h.name == "alice");
  CHECK(h.passphrase == "p");
  CHECK(h.room == "den");
  CHECK(h.agent == "a 1");

  const auto s =
      request_in<native::send>(R"({"type":"send","id":"m","text":"hi","kind":"action"})");
  CHECK(s.id == "m");
  CHECK(s.room.empty());
  CHECK(s.text == "hi");
  CHECK(s.kind == entry_kind::action);
  const auto d =
      request_in<native::send>(R"({"type":"send","id":"m","refers":{"how":"delete","offset":4}})");
  CHECK(d.refers == entry_reference{entry_reference::kind::removal, 4});
  CHECK(d.text.empty());

  const auto y = request_in<native::history>(
      R"({"type":"history","ref":"r","room":"den","after":{"epoch":7,"offset":41},"limit":9})");
  CHECK(y.ref == "r");
  CHECK(y.room == "den");
  CHECK(y.part.where == log_range::side::after);
  CHECK(y.part.from == position{7, 41});
  CHECK(y.part.entries == 9);
}

TEST_CASE("a field that is left out has its default, and null counts as left out") {
  for (const char* payload :
       {R"({"type":"hello"})",
        R"({"type":"hello","name":null,"passphrase":null,"room":null,"agent":null,"v":null})"}) {
    const auto h = request_in<native::hello>(payload);
    CHECK(h.name.empty());
    CHECK_FALSE(h.passphrase);
    CHECK_FALSE(h.room);
    CHECK(h.agent.empty());
  }
  CHECK(request_in<native::hello>(R"({"type":"hello","room":""})").room == "");
  for (const char* payload :
       {R"({"type":"history"})",
        R"({"type":"history","ref":null,"room":null,"after":null,"limit":null})"}) {
    const auto y = request_in<native::history>(payload);
    CHECK(y.ref.empty());
    CHECK(y.room.empty());
    CHECK(y.part.where == log_range::side::after);
    CHECK(y.part.from == position{});
    CHECK(y.part.entries == 50);
  }
  CHECK(request_in<native::ping>(R"({"type":"ping"})").ref.empty());
}

TEST_CASE("unknown fields are ignored") {
  CHECK(request_in<native::join>(
            R"({"v":1,"type":"join","room":"den","ref":"r","new":[{"deep":1}],"x":null})")
            .room == "den");
  CHECK(event_in<member_joined>(
            R"({"type":"event","kind":"joined","room":"den","name":"bob","since":12})")
            .name == "bob");
}

TEST_CASE("the fields of messages") {
  const auto e = event_in<entry>(
      R"({"v":1,"type":"event","kind":"message","room":"den","position":{"epoch":7,"offset":42},)"
      R"("time":1700000123456,"from":"alice","text":"hi"})");
  CHECK(e == entry{"den",
                   {7, 42},
                   wall_time(std::chrono::milliseconds(1700000123456)),
                   "alice",
                   entry_kind::message,
                   "hi",
                   ""});

  const auto page = event_in<history_page>(
      R"({"type":"history","ref":"h","room":"den","entries":[{"kind":"topic","room":"den",)"
      R"("position":{"epoch":7,"offset":3},"time":0,"from":"bob","text":"tea"}],)"
      R"("earlier":false,"more":true,"gap":3})");
  CHECK(page.ref == "h");
  REQUIRE(page.entries.size() == 1);
  CHECK(page.entries.front().kind == entry_kind::topic);
  CHECK(page.more);
  CHECK(page.gap == 3u);

  const auto bye =
      message_in<native::goodbye>(R"({"type":"goodbye","code":1001,"phrase":"going down"})");
  CHECK(bye.reason == close_reason{close_code::server_stopping, "going down"});
  CHECK(event_in<refused>(R"({"type":"error","code":"name_taken","message":"m"})").code ==
        errc::name_taken);
  // A server newer than this client may have errors that it does not know.
  CHECK(event_in<refused>(R"({"type":"error","code":"of_tomorrow","message":"m"})").code ==
        errc::protocol_error);
}

TEST_CASE("numbers are whole: up to 2^64-1 for positions") {
  const auto y = request_in<native::history>(
      R"({"type":"history","after":{"epoch":18446744073709551615,"offset":18446744073709551615}})");
  CHECK(y.part.from == position{0xFFFF'FFFF'FFFF'FFFF, 0xFFFF'FFFF'FFFF'FFFF});
  CHECK(payload_of(native::encode(native::request(y))).find("18446744073709551615") !=
        std::string::npos);
}

TEST_CASE("a position has its tag, of its own entry or of a later one, or none") {
  const auto j = [](std::string_view position) {
    return *request_in<native::join>(R"({"type":"join","room":"den","after":)" +
                                     std::string(position) + "}")
                .after;
  };
  CHECK(j(R"({"epoch":7,"offset":41})").tag == 0);
  const position own = j(R"({"epoch":7,"offset":41,"tag":"0123456789abcdef"})");
  CHECK(own.tag == 0x0123456789abcdef);
  CHECK(own.tag_offset == 41);
  const position later = j(R"({"epoch":7,"offset":41,"tag":"0123456789abcdef","tag_offset":44})");
  CHECK(later == position{7, 41});
  CHECK(later.tag_offset == 44);
  const std::string sent =
      payload_of(native::encode(native::request(native::join{"r", "den", later})));
  CHECK(sent.find(R"("tag":"0123456789abcdef","tag_offset":44})") != std::string::npos);
}

TEST_CASE("a tag that is none is refused") {
  for (const char* tag :
       {R"("")", R"("0123456789abcde")", R"("0123456789abcdef0")", R"("0123456789abcdeg")",
        R"("+123456789abcdef")", R"(" 123456789abcdef")", "1234567890123456", "true", "{}"}) {
    CAPTURE(tag);
    const auto read = native::parse_request(
        R"({"type":"join","ref":"r","room":"den","after":{"epoch":7,"offset":1,"tag":)" +
        std::string(tag) + "}}");
    const auto* bad = std::get_if<wire::native::bad_message>(&read);
    REQUIRE(bad != nullptr);
    CHECK(bad->ref == "r");
    CHECK(bad->why.message.find("tag") != std::string::npos);
  }
}

TEST_CASE("strings are UTF-8 in both directions, whatever they contain") {
  const std::string text = "\"quoted\" \\ / \t\n äöü € \U0001F600 \u2028";
  const std::string payload =
      payload_of(native::encode(native::request(native::send{"m", "den", text, {}})));
  CHECK(request_in<native::send>(payload).text == text);
  CHECK(
      request_in<native::send>(R"({"type":"send","id":"m","text":"\ud83d\ude00\u00e4\/"})").text ==
      "\U0001F600ä/");
}

TEST_CASE("a goodbye says whether to come back") {
  const auto says = [](close_code c, const char* what) {
    return payload_of(native::encode(native::goodbye{{c, "p"}})).find(what) != std::string::npos;
  };
  CHECK(says(close_code::server_stopping, R"("reconnect":true)"));
  CHECK(says(close_code::idle, R"("reconnect":true)"));
  CHECK(says(close_code::protocol_error, R"("reconnect":false)"));
  CHECK(says(close_code::wrong_passphrase, R"("reconnect":false)"));
}
