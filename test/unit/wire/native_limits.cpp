// Every message fits a frame of the native protocol, whatever it is made of.

#include "support/catch.hpp"
#include "unit/wire/native_samples.hpp"
#include "unit/wire/payloads.hpp"
#include "wire/frame.hpp"
#include "wire/native_codec.hpp"

using namespace asio_chat;
using namespace asio_chat::wire;

namespace {

const std::string longest_text(30'000,
                               '"'); // the longest text that a server accepts, in its longest form
const std::string longest_name(64, 'n');
const std::string worst_ref(native::id_bytes, '\x01');

entry worst_entry(std::uint64_t offset) {
  const wall_time latest(std::chrono::milliseconds(253402300799999));
  return {longest_name,        {~0ull, offset}, latest,   longest_name,
          entry_kind::message, longest_text,    worst_ref};
}

/// The message that a client reads; fails if it does not fit.
native::message read_back(const std::string& frames) {
  const auto payloads = test::payloads_of(frames, native_payload_cap);
  REQUIRE(payloads.size() == 1);
  const auto decoded = native::parse_message(payloads.front());
  if (const auto* bad = std::get_if<native::bad_message>(&decoded)) FAIL(bad->why.message);
  return std::get<native::message>(decoded);
}

template <class T>
T event_back(const event& e) {
  return std::get<T>(std::get<event>(read_back(native::encode(e))));
}

} // namespace

TEST_CASE("the longest text fits, though every byte of it is escaped") {
  CHECK(event_back<entry>(worst_entry(1)).text == longest_text);
  CHECK(event_back<direct_message>(
            direct_message{longest_name, longest_name, worst_entry(1).time, longest_text})
            .text == longest_text);
  CHECK(event_back<reply>(reply{worst_ref, "msg", {"to bob: " + longest_text}, {}}).lines.size() ==
        1);
  CHECK(event_back<acknowledged>(
            acknowledged{worst_ref, longest_name, {~0ull, ~0ull}, worst_entry(1).time, true})
            .id == worst_ref);
}

TEST_CASE("a page of history is shortened to fit, and says that there is more") {
  history_page page{worst_ref, longest_name, {}, false, false, ~0ull};
  for (std::uint64_t i = 1; i <= 10; ++i)
    page.entries.push_back(worst_entry(i));
  const auto one = event_back<history_page>(page);
  CHECK(one.entries.size() == 1); // never an empty page, for which a reader would ask for ever
  CHECK(one.more);
  CHECK(one.gap == ~0ull);

  page.entries.clear();
  for (std::uint64_t i = 1; i <= 1000; ++i) {
    page.entries.push_back(worst_entry(i));
    page.entries.back().text = std::string(40, 'x');
  }
  const auto many = event_back<history_page>(page);
  REQUIRE(many.entries.size() > 100);
  REQUIRE(many.entries.size() < 1000);
  for (std::size_t i = 0; i < many.entries.size(); ++i)
    REQUIRE(many.entries[i].at.offset == i + 1);
  CHECK(many.more);

  page.entries.resize(20);
  const auto all = event_back<history_page>(page);
  CHECK(all.entries.size() == 20);
  CHECK_FALSE(all.more);
}

TEST_CASE("a page that just fits is whole, one byte more and it is shortened") {
  for (std::size_t last = 3'000; last < 5'000; last += 7) {
    history_page page{"r", "den", {}, false, false, {}};
    for (std::uint64_t i = 1; i <= 3; ++i) {
      page.entries.push_back(worst_entry(i));
      page.entries.back().text = std::string(i < 3 ? 30'000 : last, 'x');
    }
    const auto got = event_back<history_page>(page);
    REQUIRE(got.entries.size() >= 2);
    REQUIRE(got.more == (got.entries.size() < 3));
  }
}

TEST_CASE("lists of members and of lines are bounded to what fits") {
  const std::vector<std::string> crowd(100'000, longest_name);
  const auto state = event_back<room_state>(
      room_state{worst_ref, longest_name, std::string(512, '"'), crowd, {~0ull, ~0ull}});
  CHECK(state.members.size() > 400);
  CHECK(state.members.size() < crowd.size());

  std::string line = "online: ";
  for (const std::string& name : crowd)
    line += name + ", ";
  const auto who = event_back<reply>(reply{worst_ref, "who", {line}, crowd});
  CHECK(who.items.size() > 400);

  const auto w = std::get<native::welcome>(
      read_back(native::encode(native::welcome{longest_name, "s", 8192, crowd})));
  CHECK(w.commands.size() > 400);
}

TEST_CASE("a topic too long for a frame is no reason to exceed it") {
  const std::string frames =
      native::encode(event(room_state{"r", "den", std::string(60'000, 't'), {"alice"}, {1, 2}}));
  CHECK(test::payloads_of(frames).size() == 1);
}

TEST_CASE("a refusal and a goodbye fit with the longest ref and phrase that a server makes") {
  CHECK(event_back<refused>(refused{worst_ref, errc::bad_arguments, std::string(2'000, '"')}).ref ==
        worst_ref);
  read_back(native::encode(native::pong{worst_ref}));
  read_back(native::encode(native::goodbye{{close_code::idle, std::string(2'000, '"')}}));
}
