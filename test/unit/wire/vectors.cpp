// The test vectors of docs/protocol/, checked in both directions: another implementation that
// passes them understands this one.

#include "model/command_text.hpp"
#include "support/catch.hpp"
#include "unit/base/source_file.hpp"
#include "unit/wire/native_samples.hpp"
#include "unit/wire/payloads.hpp"
#include "unit/wire/text_samples.hpp"
#include "wire/text_codec.hpp"

#include <boost/algorithm/hex.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <cstring>
#include <set>

using namespace asio_chat;
using namespace asio_chat::wire;
namespace json = boost::json;

namespace {

json::object vectors(const std::string& name) {
  return json::parse(test::source_file("docs/protocol/" + name)).as_object();
}

std::string string_of(const json::value& v) {
  return std::string(v.as_string());
}

std::string bytes_of(const json::value& hex) {
  return boost::algorithm::unhex(string_of(hex));
}

std::vector<std::string> strings_of(const json::value& v) {
  std::vector<std::string> strings;
  for (const json::value& s : v.as_array())
    strings.push_back(string_of(s));
  return strings;
}

/// Encodes the sample of each vector and reads the bytes of each; every sample must have one.
template <class Samples, class Encode, class Parse>
void check_native(const json::array& all, const Samples& samples, Encode encode, Parse parse) {
  std::set<std::string> seen;
  for (const json::value& v : all) {
    const std::string name = string_of(v.at("name"));
    INFO(name);
    REQUIRE(samples.contains(name));
    seen.insert(name);
    const std::string frame = bytes_of(v.at("frame"));
    CHECK(encode(samples.at(name)) == frame);
    const auto payloads = test::payloads_of(frame);
    REQUIRE(payloads.size() == 1);
    CHECK(json::parse(payloads.front()) == v.at("message"));
    const auto decoded = parse(payloads.front());
    REQUIRE(decoded.index() == 0);
    CHECK(encode(std::get<0>(decoded)) == frame);
  }
  CHECK(seen.size() == samples.size());
}

} // namespace

TEST_CASE("C33: the vectors of frames") {
  const auto file = vectors("frame.json");
  for (const json::value& v : file.at("vectors").as_array()) {
    INFO(string_of(v.at("name")));
    const std::string bytes = bytes_of(v.at("bytes"));
    const auto payloads = strings_of(v.at("payloads"));
    std::string encoded;
    for (const std::string& p : payloads)
      append_frame(encoded, p);
    CHECK(bytes.starts_with(encoded));

    frame_reader reader(v.at("cap").to_number<std::size_t>());
    std::vector<std::string> read;
    std::string_view payload;
    auto status = frame_reader::status::need_more;
    for (const char& byte : bytes) {
      reader.prepare()[0] = byte;
      reader.commit(1);
      while ((status = reader.next(payload)) == frame_reader::status::frame)
        read.emplace_back(payload);
    }
    CHECK(read == payloads);
    const std::string then = string_of(v.at("then"));
    CHECK(then == (status == frame_reader::status::too_large ? "too large" : "more is needed"));
    CHECK((bytes == encoded) == (reader.pending() == 0));
  }
}

TEST_CASE("the vectors of the text protocol: what the server sends") {
  const auto file = vectors("text.json");
  std::set<std::string> seen;
  for (const json::value& v : file.at("told").as_array()) {
    const std::string name = string_of(v.at("name"));
    INFO(name);
    REQUIRE(test::text_samples().contains(name));
    seen.insert(name);
    const std::string frames = bytes_of(v.at("frames"));
    CHECK(test::text_samples().at(name) == frames);
    CHECK(test::payloads_of(frames, text_payload_cap) == strings_of(v.at("payloads")));
  }
  CHECK(seen.size() == test::text_samples().size());
}

TEST_CASE("the vectors of the text protocol: what a client says") {
  const auto file = vectors("text.json");
  for (const json::value& v : file.at("said").as_array()) {
    const std::string line = string_of(v.at("line"));
    INFO(line);
    const std::string bytes = bytes_of(v.at("frame"));
    CHECK(frame(line) == bytes);
    CHECK(test::payloads_of(bytes, text_payload_cap) == std::vector<std::string>{line});
    const parsed_line c = parse_command_line(line);
    CHECK(c.name == string_of(v.at("command")));
    CHECK(c.arguments == string_of(v.at("arguments")));
  }
}

TEST_CASE("the vectors of the native protocol: requests") {
  check_native(
      vectors("native.json").at("requests").as_array(), test::request_samples(),
      [](const native::request& r) { return native::encode(r); }, native::parse_request);
}

TEST_CASE("the vectors of the native protocol: messages") {
  check_native(
      vectors("native.json").at("messages").as_array(), test::message_samples(),
      [](const native::message& m) { return test::encode(m); }, native::parse_message);
}

TEST_CASE("the vectors of the native protocol: refusals") {
  const auto file = vectors("native.json");
  for (const json::value& v : file.at("refused").as_array()) {
    INFO(string_of(v.at("name")));
    const auto payloads = test::payloads_of(bytes_of(v.at("frame")));
    REQUIRE(payloads.size() == 1);
    const auto decoded = native::parse_request(payloads.front());
    REQUIRE(std::holds_alternative<native::bad_message>(decoded));
    const auto& bad = std::get<native::bad_message>(decoded);
    const refused answer{bad.ref, static_cast<errc>(bad.why.code.value()), bad.why.message};
    const auto answered = test::payloads_of(native::encode(event(answer)));
    CHECK(json::parse(answered.front()) == v.at("answer"));
  }
}
