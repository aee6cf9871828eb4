// What is wrong with a message is said so that its author can mend it.

#include "base/sanitize.hpp"
#include "support/catch.hpp"
#include "unit/base/random_text.hpp"
#include "unit/wire/native_samples.hpp"
#include "unit/wire/payloads.hpp"
#include "wire/native_codec.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

using namespace asio_chat;
using namespace asio_chat::wire;
namespace json = boost::json;

namespace {

template <class Decoded>
native::bad_message bad(const Decoded& d) {
  REQUIRE(std::holds_alternative<native::bad_message>(d));
  return std::get<native::bad_message>(d);
}

native::bad_message bad_request(std::string_view payload) {
  return bad(native::parse_request(payload));
}

void check_refused(std::string_view payload, errc code, std::string_view message_part) {
  INFO(payload);
  const native::bad_message b = bad_request(payload);
  CHECK(b.why.code == code);
  INFO(b.why.message);
  CHECK(b.why.message.find(message_part) != std::string::npos);
}

std::string payload_of(const std::string& frames) {
  return test::payloads_of(frames).front();
}

bool is_named(const failure& f, std::string_view field) {
  return f.message.find("«" + std::string(field) + "»") != std::string::npos;
}

} // namespace

TEST_CASE("a payload that is no JSON object is refused") {
  for (const char* payload : {"", " ", "hello", "{", "{\"type\":\"ping\"", "{}{}", "nul",
                              "{\"type\":\"ping\"} x", "{'type':'ping'}", "{\"type\":}"}) {
    check_refused(payload, errc::protocol_error, "not JSON");
  }
  for (const char* payload : {"[]", "1", "null", "\"ping\""}) {
    check_refused(payload, errc::protocol_error, "must be a JSON object");
  }
  check_refused(std::string_view("{\"type\":\"ping\"}\0", 16), errc::protocol_error, "not JSON");
}

TEST_CASE("C32: invalid UTF-8 in a string is refused") {
  for (const char* text : {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
    check_refused(std::string(R"({"type":"send","id":"m","text":")") + text + "\"}",
                  errc::protocol_error, "not JSON: bad UTF-8 at byte 32");
  }
  check_refused("{\"type\":\xff}", errc::protocol_error, "not JSON: bad UTF-8 at byte 8");
  check_refused("{\"type\":\"caf\xc3", errc::protocol_error, "not JSON: bad UTF-8 at byte 12");
}

TEST_CASE("C32: half a surrogate pair is refused and named") {
  for (const char* text : {R"(\ud800)", R"(\udc00)", R"(\ud83d\u0041)", R"(\udbff.)",
                           R"(\ud800\ud800)", R"(\ud83d\n)"}) {
    check_refused(std::string(R"({"type":"send","id":"m","text":"\ud83d\ude00)") + text + "\"}",
                  errc::protocol_error, "not JSON: half a surrogate at byte 44");
  }
}

TEST_CASE("whatever else is no JSON is named with its place, and what comes first counts") {
  check_refused(R"({"type":"ping"} x)", errc::protocol_error, "not JSON: extra data at byte 16");
  check_refused(R"({"type":)", errc::protocol_error, "not JSON: incomplete JSON at byte 8");
  check_refused(R"({"type":,"x":"\ud800"})", errc::protocol_error,
                "not JSON: syntax error at byte 8");
  check_refused("{\"type\":,\"x\":\"\xff\"}", errc::protocol_error,
                "not JSON: syntax error at byte 8");
  check_refused("{\"x\":\"\\\\ud800\",}", errc::protocol_error,
                "not JSON: syntax error at byte 15");
}

TEST_CASE("JSON deeper than it need be is refused") {
  const auto nested = [](std::size_t n) {
    return R"({"type":"ping","x":)" + std::string(n, '[') + std::string(n, ']') + "}";
  };
  CHECK(std::holds_alternative<native::request>(native::parse_request(nested(7))));
  check_refused(nested(8), errc::protocol_error, "not JSON");
  check_refused(nested(30'000), errc::protocol_error, "not JSON");
  check_refused(std::string(60'000, '['), errc::protocol_error, "not JSON");
}

TEST_CASE("another version is refused, and a missing one counts as this one") {
  check_refused(R"({"v":2,"type":"ping","ref":"p"})", errc::unsupported_version,
                "protocol version 2 is not spoken here, version 1 is");
  CHECK(bad_request(R"({"v":2,"type":"ping","ref":"p"})").ref == "p");
  CHECK(bad_request(R"({"v":2,"type":"send","id":"m"})").ref == "m");
  check_refused(R"({"v":0,"type":"ping"})", errc::unsupported_version, "version 0");
  check_refused(R"({"v":"1","type":"ping"})", errc::protocol_error, "«v»");
  check_refused(R"({"v":-1,"type":"ping"})", errc::protocol_error, "«v»");
  check_refused(R"({"v":1.0,"type":"ping"})", errc::protocol_error, "«v»");
  CHECK(std::holds_alternative<native::request>(native::parse_request(R"({"type":"ping"})")));
}

TEST_CASE("an unknown type is refused as such, and answered with its ref") {
  check_refused(R"({"type":"dance"})", errc::unknown_type, "unknown type: dance");
  CHECK(bad_request(R"({"type":"dance","ref":"r7"})").ref == "r7");
  check_refused(R"({"v":1})", errc::protocol_error, "«type»");
  check_refused(R"({"type":7})", errc::protocol_error, "«type»");
  CHECK(bad(native::parse_message(R"({"type":"dance"})")).why.code == errc::unknown_type);
  CHECK(bad(native::parse_message(R"({"type":"event","kind":"danced"})")).why.code ==
        errc::unknown_type);
}

TEST_CASE("a failure carries the ref of the request, or the id of a message") {
  CHECK(bad_request(R"({"type":"join","ref":"r1"})").ref == "r1");
  CHECK(bad_request(R"({"type":"send","id":"m1"})").ref == "m1");
  CHECK(bad_request(R"({"type":"send","id":"m1","refers":{"how":"edit","offset":1}})").ref == "m1");
  CHECK(bad_request(R"({"type":"send","id":"m1","ref":"r1"})").ref == "m1");
  CHECK(bad_request(R"({"type":"join","id":"m1","ref":"r1"})").ref == "r1");
  CHECK(bad_request(R"({"type":"send","ref":"r1"})").ref == "r1");
  CHECK(bad_request(R"({"type":"join"})").ref.empty());
  CHECK(bad_request(R"({"type":"join","ref":7})").ref.empty());
}

TEST_CASE("a message in a broken encoding is refused with the id it came with") {
  for (const char* text :
       {"\xff", "\xc3", "\xed\xa0\x80", R"(\ud800)", R"(\udc00)", R"(a\ud83d\ud83d\ude00)",
        R"(\\\ud800)", R"(\ud800\n)", "\xff\xff \\ud800 \\udfff"}) {
    INFO(text);
    for (const char* form : {R"({"type":"send","id":"m1","text":"%"})", R"({"text":"%","id":"m1"})",
                             R"({"id":"m1","room":"%","ref":"r","type":"send"})",
                             R"({"%":{"id":"x"},"type":"send","id":"m1"})",
                             R"({"type":"command","line":"%","id":"x","ref":"m1"})",
                             R"({"list":["%",{"ref":"x"}],"ref":"m1"})"}) {
      std::string payload = form;
      payload.replace(payload.find('%'), 1, text);
      INFO(payload);
      const native::bad_message b = bad_request(payload);
      CHECK(b.ref == "m1");
      CHECK(b.why.code == errc::protocol_error);
    }
  }
}

TEST_CASE("a message that breaks off is refused with its id if that came before") {
  CHECK(bad_request(R"({"type":"send","id":"m1","text":"hel)").ref == "m1");
  CHECK(bad_request(R"({"type":"ping","ref":"r1"} x)").ref == "r1");
  CHECK(bad_request(R"({"type":"ping","ref":"r1","x":[[[[[[[[[]]]]]]]]]})").ref == "r1");
  CHECK(bad_request(R"({"text":"hel)").ref.empty());
  CHECK(bad_request(R"({"type":"send","id":"m)").ref.empty());
}

TEST_CASE("an id that is broken itself, or too long, is not given back") {
  CHECK(bad_request(R"({"type":"send","id":"m\ud800","text":"t"})").ref.empty());
  CHECK(bad_request("{\"type\":\"send\",\"id\":\"m\xff\",\"text\":\"t\"}").ref.empty());
  CHECK(bad_request(R"({"type":"send","text":"\ud800","id":")" + std::string(65, 'i') + "\"}")
            .ref.empty());
}

TEST_CASE("ids and refs are 1 to 64 bytes") {
  const auto with_id = [](std::size_t n) {
    return R"({"type":"send","text":"t","id":")" + std::string(n, 'i') + "\"}";
  };
  CHECK(std::holds_alternative<native::request>(native::parse_request(with_id(64))));
  check_refused(with_id(65), errc::protocol_error, "field «id» must be a string of 1 to 64 bytes");
  check_refused(with_id(0), errc::protocol_error, "field «id» must be a string of 1 to 64 bytes");
  check_refused(R"({"type":"ping","ref":")" + std::string(65, 'r') + "\"}", errc::protocol_error,
                "«ref»");
  check_refused(R"({"type":"send","text":"t"})", errc::protocol_error, "«id»");
}

TEST_CASE("a message is a message or an action, the topic has its command") {
  check_refused(R"({"type":"send","id":"m","text":"t","kind":"topic"})", errc::protocol_error,
                "field «kind» must be message or action");
  check_refused(R"({"type":"send","id":"m","text":"t","kind":"joined"})", errc::protocol_error,
                "field «kind» must be one of");
}

TEST_CASE("every field of every request that has the wrong type is refused by name") {
  const json::value wrong[] = {true, -1, 0.5, json::array{1}, json::object{{"x", 1}}, "text"};
  for (const auto& [name, sample] : test::request_samples()) {
    const json::object good = json::parse(payload_of(native::encode(sample))).as_object();
    for (const auto& field : good) {
      for (const json::value& w : wrong) {
        if (w.kind() == field.value().kind()) continue;
        json::object o = good;
        o[field.key()] = w;
        INFO(name << ": " << json::serialize(o));
        const native::bad_message b = bad_request(json::serialize(o));
        CHECK(b.why.code == errc::protocol_error);
        CHECK(is_named(b.why, std::string(field.key())));
      }
    }
  }
}

TEST_CASE("every field of every message that is missing or has the wrong type is refused by name") {
  // What a client reads can be left out, or is not read at all.
  const auto optional = [](std::string_view field) {
    return field == "v" || field == "ref" || field == "gap" || field == "reconnect" ||
           field == "resume" || field == "idle_ms" || field == "address" || field == "syntax" ||
           field == "another_log" || field == "destroyed" || field == "refers" ||
           field == "guest" || field == "guests" || field == "proof" || field == "proofs" ||
           field == "read";
  };
  for (const auto& [name, sample] : test::message_samples()) {
    const json::object good = json::parse(payload_of(test::encode(sample))).as_object();
    for (const auto& field : good) {
      const std::string key(field.key());
      INFO(name << ": " << key);
      json::object without = good;
      without.erase(key);
      const auto decoded = native::parse_message(json::serialize(without));
      if (optional(key)) {
        CHECK(std::holds_alternative<native::message>(decoded));
      } else {
        // A reply without data has lines.
        CHECK(is_named(bad(decoded).why, key == "data" ? "lines" : key));
      }
      if (key == "reconnect") continue;
      json::object mistyped = good;
      mistyped[key] = field.value().is_object() ? json::value(1) : json::value(json::object());
      CHECK(is_named(bad(native::parse_message(json::serialize(mistyped))).why, key));
    }
  }
}

TEST_CASE("numbers without meaning are refused: times that cannot be shown, codes out of range") {
  const auto check_message = [](std::string_view payload, std::string_view field) {
    INFO(payload);
    const native::bad_message b = bad(native::parse_message(payload));
    CHECK(b.why.code == errc::protocol_error);
    CHECK(is_named(b.why, field));
  };
  check_message(R"({"type":"event","kind":"direct","from":"a","to":"b","text":"t",)"
                R"("time":9223372036854775808})",
                "time");
  check_message(R"({"type":"event","kind":"direct","from":"a","to":"b","text":"t",)"
                R"("time":253402300800000})",
                "time");
  check_message(R"({"type":"goodbye","code":66536,"phrase":"p"})", "code");
  CHECK(std::holds_alternative<native::message>(native::parse_message(
      R"({"type":"event","kind":"direct","from":"a","to":"b","text":"t","time":253402300799999})")));
}

TEST_CASE("an error about a bad message is short and clean, whatever the message contains") {
  const std::string quotes = json::serialize(json::value(std::string(30'000, '"')));
  const std::string escapes = json::serialize(json::value(std::string(10'000, '\x1b')));
  for (const std::string& s : {quotes, escapes}) {
    for (const std::string& payload :
         {R"({"type":)" + s + "}", R"({"type":"send","id":"m","text":"t","kind":)" + s + "}",
          R"({"type":"event","kind":)" + s + "}", "{" + s + ":" + s + "}"}) {
      for (const failure& why :
           {bad(native::parse_request(payload)).why, bad(native::parse_message(payload)).why}) {
        CHECK(why.message.size() < 300);
        CHECK(is_sanitized(why.message));
      }
    }
  }
}

TEST_CASE("random bytes are refused or read, never worse") {
  std::mt19937 random(8);
  for (int i = 0; i < 20'000; ++i) {
    std::string payload = test::random_bytes(random, 60);
    if (i % 2) payload = R"({"type":"send","id":")" + payload + R"(","text":"x"})";
    const auto decoded = native::parse_request(payload);
    if (const auto* r = std::get_if<native::request>(&decoded)) {
      const std::string again = payload_of(native::encode(*r));
      REQUIRE(std::holds_alternative<native::request>(native::parse_request(again)));
    } else {
      REQUIRE(is_sanitized(std::get<native::bad_message>(decoded).why.message));
    }
    REQUIRE_FALSE(native::parse_message(payload).valueless_by_exception());
  }
}
