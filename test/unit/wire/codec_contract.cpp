// What holds of both ways to write the native protocol.

#include "base/sanitize.hpp"
#include "support/catch.hpp"
#include "unit/wire/native_samples.hpp"
#include "unit/wire/payloads.hpp"
#include "wire/client_codec.hpp"
#include "wire/compact_codec.hpp"

#include <functional>
#include <string>
#include <vector>

using namespace asio_chat;
using namespace asio_chat::wire;

namespace {

/// A connection, seen from both of its ends.
struct version {
  std::string name;
  std::function<std::string(const native::request&)> ask; ///< client
  std::function<native::decoded<native::request>(std::string_view)> hear;
  std::function<std::string(const native::message&)> tell; ///< server
  std::function<std::optional<failure>(std::string_view, std::vector<native::message>&)> read;
};

version version_1() {
  const std::shared_ptr<client_codec> client = make_client_codec("asio-chat/1");
  return {"1", [client](const auto& r) { return client->encode(r); }, native::parse_request,
          [](const auto& m) { return test::encode(m); },
          [client](auto payload, auto& into) { return client->parse(payload, into); }};
}

version version_2() {
  const std::shared_ptr<client_codec> client = make_client_codec("asio-chat/2");
  const auto ids = std::make_shared<compact::id_counter>();
  return {"2", [client](const auto& r) { return client->encode(r); },
          [ids](auto payload) { return compact::parse_request(payload, *ids); },
          [ids](const native::message& m) {
            const auto* e = std::get_if<event>(&m);
            if (e != nullptr) return compact::encode(*e, *ids);
            if (const auto* w = std::get_if<native::welcome>(&m)) return compact::encode(*w);
            if (const auto* p = std::get_if<native::pong>(&m)) return compact::encode(*p);
            return compact::encode(std::get<native::goodbye>(m));
          },
          [client](auto payload, auto& into) { return client->parse(payload, into); }};
}

template <class Check>
void in_both(Check check) {
  for (const version& v : {version_1(), version_2()}) {
    INFO("version " << v.name);
    check(v);
  }
}

native::request heard(const version& v, const native::request& r) {
  const auto payloads = test::payloads_of(v.ask(r));
  REQUIRE(payloads.size() == 1);
  auto decoded = v.hear(payloads.front());
  if (const auto* bad = std::get_if<native::bad_message>(&decoded)) FAIL(bad->why.message);
  return std::get<native::request>(std::move(decoded));
}

native::message told(const version& v, const native::message& m) {
  std::vector<native::message> all;
  for (const std::string& payload : test::payloads_of(v.tell(m))) {
    const auto bad = v.read(payload, all);
    if (bad) FAIL(bad->message);
  }
  REQUIRE(all.size() == 1);
  return std::move(all.front());
}

template <class T>
T event_of(const native::message& m) {
  return std::get<T>(std::get<event>(m));
}

history_page long_page(std::size_t entries, std::size_t bytes) {
  history_page page{"h", "den", {}, false, false, {}};
  for (std::size_t n = 1; n <= entries; ++n)
    page.entries.push_back(
        {"den", {7, n}, {}, "alice", entry_kind::message, std::string(bytes, 'x'), ""});
  return page;
}

} // namespace

TEST_CASE("an entry that was destroyed is one in a page as well, and its text says so") {
  in_both([](const version& v) {
    history_page page{"h", "den", {}, false, false, {}};
    for (const entry_kind kind : {entry_kind::message, entry_kind::destroyed, entry_kind::topic}) {
      entry& e = page.entries.emplace_back();
      e.room = "den";
      e.at = {7, page.entries.size()};
      e.from = "alice";
      e.kind = kind;
      e.text = kind == entry_kind::destroyed ? destroyed_text : "tea";
    }
    CHECK(event_of<history_page>(told(v, event(page))).entries == page.entries);
  });
}

TEST_CASE("both versions: every request is heard as it was said") {
  in_both([](const version& v) {
    for (const auto& [name, r] : test::request_samples()) {
      INFO(name);
      // Version 1 writes everything that there is to compare.
      CHECK(native::encode(heard(v, r)) == native::encode(r));
    }
  });
}

TEST_CASE("both versions: every message is read as it was told") {
  in_both([](const version& v) {
    for (const auto& [name, m] : test::message_samples()) {
      INFO(name);
      CHECK(test::encode(told(v, m)) == test::encode(m));
    }
  });
}

TEST_CASE("both versions: ids come back, whether they are of the client's counter or not") {
  in_both([](const version& v) {
    heard(v, native::hello{
                 .name = "alice", .passphrase = {}, .room = {}, .agent = {}, .ids = "c0ffee"});
    for (const std::string id : {"c0ffee-7", "c0ffee-18446744073709551615", "c0ffee-0", "c0ffee-07",
                                 "c0ffee-", "c0ffee-18446744073709551616", "7", "m1"}) {
      INFO(id);
      CHECK(std::get<native::send>(heard(v, native::send{id, "den", "hi", {}})).id == id);
      const acknowledged a{id, "den", {7, 42, 0xabc, 44}, {}, false};
      CHECK(event_of<acknowledged>(told(v, event(a))).id == id);
      CHECK(event_of<acknowledged>(told(v, event(a))).at.tag_offset == 44);
      CHECK(event_of<refused>(told(v, event(refused{id, errc::text_empty, "m"}))).ref == id);
    }
  });
}

TEST_CASE("both versions: numbers may be as large as 2^64-1") {
  constexpr std::uint64_t most = 0xFFFF'FFFF'FFFF'FFFF;
  in_both([](const version& v) {
    const native::history asked{"r", "den", {log_range::side::before, {most, most}, 50}};
    CHECK(std::get<native::history>(heard(v, asked)).part.from == position{most, most});
    const entries_missed gap{"den", {most, 0}, {most, most}};
    CHECK(event_of<entries_missed>(told(v, event(gap))).next == gap.next);
  });
}

TEST_CASE("both versions: a text is the same, whatever is in it") {
  using namespace std::string_literals;
  const std::string text = "\"q\" \\ / \t\n \0 äöü € \U0001F600 \u2028"s;
  in_both([&](const version& v) {
    CHECK(std::get<native::send>(heard(v, native::send{"m", "den", text, {}})).text == text);
    const entry e{"den", {7, 1}, {}, "alice", entry_kind::message, text, ""};
    CHECK(event_of<entry>(told(v, event(e))).text == text);
  });
}

TEST_CASE("both versions: what does not fit a frame is cut, and the answer says so") {
  in_both([](const version& v) {
    const history_page page = long_page(300, 1000);
    const auto read = event_of<history_page>(told(v, event(page)));
    CHECK(read.more);
    REQUIRE(read.entries.size() > 30);
    CHECK(read.entries.size() < page.entries.size());
    CHECK(read.entries.front() == page.entries.front());

    const reply log{
        "c1", "history", {}, {}, make_reply_data(answers::log{"den", page.entries, 300, false}),
        true};
    const auto newest = event_of<reply>(told(v, event(log)));
    const auto* l = newest.as<answers::log>();
    REQUIRE(l != nullptr);
    CHECK(l->earlier);
    CHECK(l->entries.back() == page.entries.back());

    room_state crowd{"j", "den", "", {}, {7, 1}};
    crowd.members.assign(9'000, "somebody-with-a-name");
    const auto state = event_of<room_state>(told(v, event(crowd)));
    CHECK(state.members.size() > 1'000);
    CHECK(state.members.size() < crowd.members.size());
  });
}

TEST_CASE("both versions: half a request is refused with a short sentence, or is a whole one") {
  in_both([](const version& v) {
    for (const auto& [name, r] : test::request_samples()) {
      INFO(name);
      const std::string payload = test::payloads_of(v.ask(r)).front();
      for (std::size_t n = 0; n < payload.size(); ++n) {
        const auto decoded = v.hear(std::string_view(payload).substr(0, n));
        const auto* bad = std::get_if<native::bad_message>(&decoded);
        if (bad == nullptr) continue;
        CHECK(bad->why.message.size() < 300);
        CHECK(is_sanitized(bad->why.message));
      }
    }
  });
}

TEST_CASE("both versions: a text that is not UTF-8 is refused, and the refusal names the message") {
  in_both([](const version& v) {
    std::string payload =
        test::payloads_of(v.ask(native::send{"m1", "den", "\u00e4\u00e4\u00e4", {}})).front();
    payload[payload.find("\u00e4")] = '\xff';
    const auto decoded = v.hear(payload);
    const auto* bad = std::get_if<native::bad_message>(&decoded);
    REQUIRE(bad != nullptr);
    CHECK(bad->why.code == errc::protocol_error);
    CHECK(bad->why.message.find("UTF-8") != std::string::npos);
    CHECK(bad->ref == "m1");
  });
}

TEST_CASE("both versions: an id, a reference or a time that is none is refused") {
  in_both([](const version& v) {
    const auto refused = [&](const native::request& r) {
      return v.hear(test::payloads_of(v.ask(r)).front()).index() == 1;
    };
    CHECK(refused(native::send{"", "den", "hi", {}}));
    CHECK(refused(native::send{std::string(65, 'x'), "den", "hi", {}}));
    CHECK(refused(native::send{"m", "den", "hi", entry_kind::topic}));
    CHECK(refused(native::ping{std::string(65, 'x')}));
    std::vector<native::message> all;
    const wall_time late(std::chrono::milliseconds(253'402'300'800'000));
    const auto payloads =
        test::payloads_of(v.tell(event(direct_message{"alice", "bob", late, "hi"})));
    CHECK(v.read(payloads.front(), all));
  });
}
