// The test vectors of version 2, checked in both directions. What their messages say as JSON is
// checked by protobuf's own reader: test/process/test_protocol_2.py.

#include "support/catch.hpp"
#include "unit/base/source_file.hpp"
#include "unit/wire/compact_samples.hpp"

#include <boost/algorithm/hex.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <set>

using namespace asio_chat;
using namespace asio_chat::wire;
using namespace asio_chat::test;
namespace json = boost::json;

namespace {

const json::object& vectors() {
  static const json::value all = json::parse(source_file("docs/protocol/asio_chat_2.json"));
  return all.as_object();
}

std::string frames_of(const json::value& v) {
  return boost::algorithm::unhex(std::string(v.at("frames").as_string()));
}

const std::string& frames_of_group(const std::string& name) {
  static const std::map<std::string, std::string> all = [] {
    auto names = names_sample();
    const std::string group = group_frames(names);
    return std::map<std::string, std::string>{{"a group of entries", group},
                                              {"a run of acks", run_frames(names)}};
  }();
  REQUIRE(all.contains(name));
  return all.at(name);
}

} // namespace

TEST_CASE("the vectors of version 2: requests") {
  std::set<std::string> seen;
  for (const json::value& v : vectors().at("requests").as_array()) {
    const std::string name(v.at("name").as_string());
    INFO(name);
    REQUIRE(compact_request_samples().contains(name));
    seen.insert(name);
    CHECK(compact::encode(compact_request_samples().at(name), sample_ids()) == frames_of(v));
    auto ids = sample_ids();
    const auto decoded = compact::parse_request(payloads_of(frames_of(v)).front(), ids);
    REQUIRE(decoded.index() == 0);
    CHECK(compact::encode(std::get<0>(decoded), sample_ids()) == frames_of(v));
  }
  CHECK(seen.size() == compact_request_samples().size());
}

TEST_CASE("the vectors of version 2: messages") {
  std::set<std::string> seen;
  for (const json::value& v : vectors().at("messages").as_array()) {
    const std::string name(v.at("name").as_string());
    INFO(name);
    REQUIRE(compact_message_samples().contains(name));
    seen.insert(name);
    CHECK(encode_2(compact_message_samples().at(name)) == frames_of(v));
    compact::client_memory memory{sample_ids(), {}};
    const auto read = read_2(frames_of(v), memory);
    REQUIRE(read.size() == 1);
    CHECK(encode_2(read.front()) == frames_of(v));
  }
  CHECK(seen.size() == compact_message_samples().size());
}

TEST_CASE("the vectors of version 2: groups") {
  CHECK(vectors().at("groups").as_array().size() == 2);
  for (const json::value& v : vectors().at("groups").as_array()) {
    const std::string name(v.at("name").as_string());
    INFO(name);
    CHECK(frames_of_group(name) == frames_of(v));
  }
}
