// What is special about version 2: numbers for names, groups, runs.
#include "wire/compact_codec.hpp"

#include "support/catch.hpp"
#include "unit/wire/compact_samples.hpp"

#include <protozero/pbf_builder.hpp>

using namespace asio_chat;
using namespace asio_chat::wire;
using namespace asio_chat::test;

namespace {

template <class T>
std::vector<T> events_of(const std::vector<native::message>& all) {
  std::vector<T> events;
  for (const native::message& m : all)
    events.push_back(std::get<T>(std::get<event>(m)));
  return events;
}

std::string why_not(std::string_view frames, compact::client_memory memory = {}) {
  for (const std::string& payload : payloads_of(frames)) {
    const auto decoded = compact::parse_messages(payload, memory);
    if (const auto* bad = std::get_if<native::bad_message>(&decoded)) return bad->why.message;
  }
  return "";
}

std::vector<entry> many(std::size_t n, std::size_t bytes) {
  std::vector<entry> all;
  for (std::size_t i = 1; i <= n; ++i)
    all.push_back({"den", {7, i}, {}, "alice", entry_kind::message, std::string(bytes, 'x'), ""});
  return all;
}

} // namespace

TEST_CASE("a group of entries is read as it was, each with its author, time and position") {
  compact::client_memory memory;
  auto names = names_sample();
  const auto read = events_of<entry>(read_2(group_frames(names), memory));
  CHECK(read == group_sample());
  REQUIRE(read.size() == 4);
  CHECK(read[1].at.tag == 0);
  CHECK(read[2].at.tag == 0x0123456789abcdef);
  CHECK(read[2].at.tag_offset == 44);
}

TEST_CASE("a run of acknowledgements is one frame, and where the ids leap another one begins") {
  compact::client_memory memory{sample_ids(), {}};
  const std::string frames = run_frames(names_sample());
  CHECK(payloads_of(frames).size() == 3); // the log, the run, and what comes after the leap
  const auto read = events_of<acknowledged>(read_2(frames, memory));
  const auto said = run_sample();
  REQUIRE(read.size() == said.size());
  for (std::size_t n = 0; n < said.size(); ++n) {
    CHECK(read[n].id == said[n].id);
    CHECK(read[n].at == said[n].at);
    CHECK(read[n].at.tag == said[n].at.tag);
    CHECK(read[n].at.tag_offset == said[n].at.tag_offset);
    CHECK(read[n].time == said[n].time);
  }
}

TEST_CASE("acknowledgements of one record, each with its own place for the tag, are one run") {
  auto acks = run_sample();
  acks.pop_back();
  for (auto& a : acks)
    a.at.tag_offset = a.at.offset;
  const auto names = names_sample();
  const std::string frame = compact::encode(acks, names, sample_ids());
  CHECK(payloads_of(frame).size() == 1);
  compact::client_memory memory{sample_ids(), {}};
  const auto read = events_of<acknowledged>(read_2(names.announcement() + frame, memory));
  REQUIRE(read.size() == 3);
  for (const auto& a : read) {
    CHECK(a.at.tag == acks.front().at.tag);
    CHECK(a.at.tag_offset == a.at.offset);
  }
}

TEST_CASE("of acknowledgements those are told together that one frame can tell") {
  const auto frames_of = [](auto change) {
    auto acks = run_sample();
    acks.pop_back();
    change(acks);
    return payloads_of(compact::encode(acks, names_sample(), sample_ids())).size();
  };
  CHECK(frames_of([](auto&) {}) == 1);
  CHECK(frames_of([](auto& all) { all[1].duplicate = true; }) == 3);
  CHECK(frames_of([](auto& all) { ++all[2].at.offset; }) == 2);
  CHECK(frames_of([](auto& all) { all[2].at.tag = 5; }) == 2);
  CHECK(frames_of([](auto& all) {
          for (auto& a : all)
            a.id = "mine";
        }) == 3);
}

TEST_CASE("an entry of 128 bytes alone takes 28 bytes more, and each further one of its group 10") {
  auto names = names_sample();
  const auto bytes_of = [&](std::size_t n) {
    auto all = many(n, 128);
    for (entry& e : all) {
      e.at.offset += 1'000'000;
      e.time = names.base() + std::chrono::hours(5);
      e.from = n % 2 == 0 ? "alice" : "bob";
    }
    std::size_t bytes = 0;
    for (const std::string& frame : compact::encode(pointers_to(all), names))
      bytes += frame.size();
    return bytes;
  };
  CHECK(bytes_of(1) <= 128 + 28);
  CHECK(bytes_of(101) <= bytes_of(1) + 100 * (128 + 10));
}

TEST_CASE("a group that does not fit a frame is several, and nothing is missing") {
  auto names = names_sample();
  compact::client_memory memory;
  for (const auto& all : {many(300, 1000), many(3, 30'000), many(256, 1)}) {
    const auto frames = compact::encode(pointers_to(all), names);
    std::vector<native::message> read;
    for (const std::string& one : frames) {
      CHECK(one.size() <= header_bytes + native_payload_cap);
      for (auto& m : read_2(names.announcement() + one, memory))
        read.push_back(std::move(m));
    }
    const auto entries = events_of<entry>(read);
    REQUIRE(entries.size() == all.size());
    CHECK(entries.back().at.offset == all.back().at.offset);
    CHECK(entries.back().text == all.back().text);
  }
}

TEST_CASE("authors that are announced later follow those who were announced before") {
  auto names = names_sample();
  compact::client_memory memory;
  names.author("alice");
  read_2(names.announcement(), memory);
  names.author("bob");
  names.author("carol");
  read_2(names.announcement(1), memory);
  entry e{"den", {1700000000000, 1}, names.base(), "carol", entry_kind::message, "hi", ""};
  const entry* one = &e;
  const auto read = read_2(compact::encode(std::span(&one, 1), names).front(), memory);
  CHECK(events_of<entry>(read) == std::vector{e});
}

TEST_CASE("authors who do not fit a frame are announced in several, and none is missing") {
  auto names = names_sample();
  const std::string tail(60, 'x');
  for (std::size_t n = 0; n < compact::log_numbers::max_authors_of_log; ++n)
    names.author(std::to_string(n) + tail);
  const std::string frames = names.announcement();
  CHECK(payloads_of(frames).size() > 1);
  for (const std::string& payload : payloads_of(frames))
    CHECK(payload.size() <= native_payload_cap);
  compact::client_memory memory;
  read_2(frames, memory);
  const compact::heard_logs::log* heard = memory.logs.find(names.number());
  REQUIRE(heard != nullptr);
  REQUIRE(heard->authors.size() == names.authors());
  for (std::size_t n = 0; n < heard->authors.size(); ++n)
    REQUIRE(heard->authors[n] == std::to_string(n) + tail);
}

TEST_CASE("a client keeps no more authors of a log than a server numbers") {
  compact::numbered_log names(3, "den", 7, {});
  for (std::size_t n = 0; n <= compact::log_numbers::max_authors_of_log; ++n)
    names.author(std::to_string(n));
  CHECK(why_not(names.announcement()) == "log 3 has too many authors");
}

TEST_CASE("numbers that were not announced are refused") {
  auto names = names_sample();
  names.author("alice");
  const auto all = many(1, 5);
  const auto entries = compact::encode(pointers_to(all), names).front();
  CHECK(why_not(entries) == "log 3 was not announced");
  CHECK(why_not(run_frames(names_sample()).substr(names_sample().announcement().size())) ==
        "log 3 was not announced");
  CHECK(why_not(names.announcement(0)) == "log 3 was not announced");
  auto more = names_sample();
  for (const char* name : {"alice", "bob", "carol"})
    more.author(name);
  CHECK(why_not(names.announcement() + more.announcement(2)) == "authors of log 3 were left out");
  auto other = names_sample();
  other.author("bob");
  auto of_bob = many(1, 5);
  of_bob.front().from = "carol";
  CHECK(why_not(names.announcement() + compact::encode(pointers_to(of_bob), other).front()) ==
        "author 1 was not announced");
}

TEST_CASE("an entry of a kind of tomorrow is passed over, and its neighbours are read") {
  auto names = names_sample();
  auto all = group_sample();
  all[1].kind = static_cast<entry_kind>(9);
  const auto frames = compact::encode(pointers_to(all), names);
  compact::client_memory memory;
  const auto read = events_of<entry>(read_2(names.announcement() + frames.front(), memory));
  REQUIRE(read.size() == 3);
  CHECK(read[1] == group_sample()[2]);
}

TEST_CASE("fields that are not known are passed over, a message that is not known is named") {
  std::string body;
  protozero::pbf_writer w(body);
  w.add_string(1, "r");
  w.add_uint64(99, 5);
  w.add_string(98, "of tomorrow");
  std::string payload;
  protozero::pbf_writer(payload).add_message(7, body);
  compact::id_counter ids;
  const auto ping = compact::parse_request(payload, ids);
  CHECK(std::get<native::ping>(std::get<native::request>(ping)).ref == "r");

  std::string unknown;
  protozero::pbf_writer(unknown).add_message(42, body);
  const auto refused = compact::parse_request(unknown, ids);
  CHECK(std::get<native::bad_message>(refused).why.code == errc::unknown_type);
  compact::client_memory memory;
  const auto passed_over = compact::parse_messages(unknown, memory);
  CHECK(std::get<native::bad_message>(passed_over).why.code == errc::unknown_type);
}

TEST_CASE("numbers of logs are given once, a new epoch or too many authors give another one") {
  compact::log_numbers logs;
  const auto first = logs.of("den", 7, {}, 1).number();
  CHECK(logs.of("den", 7, {}, 1).number() == first);
  CHECK(logs.of("lobby", 7, {}, 1).number() != first);
  const auto second = logs.of("den", 8, {}, 1).number();
  CHECK(second != first);
  CHECK(logs.find(first) == nullptr);
  auto& den = logs.of("den", 8, {}, 1);
  for (std::size_t n = 0; n < compact::log_numbers::max_authors_of_log; ++n)
    den.author(std::to_string(n));
  CHECK(logs.find(second) == &den);
  CHECK(logs.of("den", 8, {}, 1).number() != second);
  CHECK(logs.of("den", 8, {}, 1).authors() == 0);
}

TEST_CASE("a server's names are bounded, and so are those that a client keeps") {
  compact::log_numbers logs;
  std::uint32_t first = 0;
  for (std::size_t n = 0; n < compact::log_numbers::max_names; ++n) {
    const auto number = logs.of(std::to_string(n), 1, {}, 1).number();
    if (n == 0) first = number;
  }
  CHECK(logs.find(first) == nullptr);

  compact::heard_logs heard;
  for (std::uint32_t n = 0; n < compact::heard_logs::max; ++n)
    heard.announce(n, {"den", 1, {}, {}});
  heard.announce(0, {"den", 2, {}, {}}); // once more: now it is the newest
  heard.announce(9'999, {"lobby", 1, {}, {}});
  CHECK(heard.find(0) != nullptr);
  CHECK(heard.find(1) == nullptr);
}
