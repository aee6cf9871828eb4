// What only version 2 of the native protocol writes, by the names that the vectors in
// docs/protocol/asio_chat_2.json give it.
#pragma once

#include "support/catch.hpp"
#include "unit/wire/native_samples.hpp"
#include "unit/wire/payloads.hpp"
#include "wire/compact_codec.hpp"

#include <map>
#include <string>
#include <variant>
#include <vector>

namespace asio_chat::test {

/// The ids of all samples are of this counter, or not of any.
inline wire::compact::id_counter sample_ids() {
  return wire::compact::id_counter("c0ffee");
}

/// As version 1 has them, and those with ids of the counter.
inline std::map<std::string, wire::native::request> compact_request_samples() {
  namespace native = wire::native;
  auto samples = request_samples();
  samples["hello, and the name of the ids"] =
      native::hello{.name = "alice", .passphrase = {}, .room = {}, .agent = {}, .ids = "c0ffee"};
  samples["send, with a number of the counter"] =
      native::send{"c0ffee-7", "den", "hello", entry_kind::message};
  return samples;
}

inline std::map<std::string, wire::native::message> compact_message_samples() {
  auto samples = message_samples();
  samples["error about a message"] =
      event(refused{"c0ffee-7", errc::text_empty, "there is nothing to see in it"});
  return samples;
}

inline std::string encode_2(const wire::native::message& m) {
  namespace compact = wire::compact;
  if (const auto* e = std::get_if<event>(&m)) return compact::encode(*e, sample_ids());
  if (const auto* w = std::get_if<wire::native::welcome>(&m)) return compact::encode(*w);
  if (const auto* p = std::get_if<wire::native::pong>(&m)) return compact::encode(*p);
  return compact::encode(std::get<wire::native::goodbye>(m));
}

inline std::vector<entry> group_sample() {
  const wall_time time(std::chrono::milliseconds(1700000123456));
  using namespace std::chrono_literals;
  std::vector<entry> all{
      {"den", {1700000000000, 42}, time, "alice", entry_kind::message, "hello", ""},
      {"den", {1700000000000, 43}, time + 5ms, "bob", entry_kind::message, "hi", ""},
      {"den", {1700000000000, 44}, time + 3ms, "alice", entry_kind::action, "waves", ""},
      {"den", {1700000000000, 45}, time + 900ms, "carol", entry_kind::topic, "tea", ""}};
  all[1].address = rare_text(std::string_view("192.0.2.7:40000"));
  all[2].at.tag = 0x0123456789abcdef;
  all[2].at.tag_offset = 44;
  return all;
}

inline std::vector<acknowledged> run_sample() {
  const wall_time time(std::chrono::milliseconds(1700000123456));
  using namespace std::chrono_literals;
  const auto at = [](std::uint64_t offset) {
    return position{1700000000000, offset, 0x0123456789abcdef, 44};
  };
  return {{"c0ffee-7", "den", at(42), time, false},
          {"c0ffee-8", "den", at(43), time + 1ms, false},
          {"c0ffee-9", "den", at(44), time + 1ms, false},
          {"c0ffee-11", "den", at(45), time + 1ms, false}};
}

inline wire::compact::numbered_log names_sample() {
  return {3, "den", 1700000000000, wall_time(std::chrono::milliseconds(1700000100000))};
}

template <class T>
std::vector<const T*> pointers_to(const std::vector<T>& all) {
  std::vector<const T*> pointers;
  for (const T& one : all)
    pointers.push_back(&one);
  return pointers;
}

/// A group, and its acknowledgements, with the names that they need before them.
inline std::string group_frames(wire::compact::numbered_log& names) {
  const auto entries = group_sample();
  std::string frames;
  for (const std::string& one : wire::compact::encode(pointers_to(entries), names))
    frames += one;
  return names.announcement() + frames;
}
inline std::string run_frames(const wire::compact::numbered_log& names) {
  const auto acks = run_sample();
  return names.announcement() + wire::compact::encode(acks, names, sample_ids());
}

/// Everything that the frames say.
inline std::vector<wire::native::message> read_2(const std::string& frames,
                                                 wire::compact::client_memory& memory) {
  std::vector<wire::native::message> all;
  for (const std::string& payload : payloads_of(frames)) {
    auto decoded = wire::compact::parse_messages(payload, memory);
    if (const auto* bad = std::get_if<wire::native::bad_message>(&decoded)) FAIL(bad->why.message);
    for (auto& m : std::get<std::vector<wire::native::message>>(decoded))
      all.push_back(std::move(m));
  }
  return all;
}

} // namespace asio_chat::test
