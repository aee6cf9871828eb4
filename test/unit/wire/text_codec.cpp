#include "wire/text_codec.hpp"

#include "support/catch.hpp"
#include "unit/wire/payloads.hpp"

#include <boost/algorithm/string/split.hpp>

using namespace asio_chat;
namespace text = wire::text;

namespace {

using lines = std::vector<std::string>;

lines told(const event& e) {
  return test::payloads_of(text::encode(e), wire::text_payload_cap);
}

entry entry_of(entry_kind kind, std::string said) {
  return {"lobby", {1, 2}, {}, "alice", kind, std::move(said), "id"};
}

} // namespace

TEST_CASE("C12: a message is its author's name and the text, an action begins with ~") {
  CHECK(told(entry_of(entry_kind::message, "hello")) == lines{"alice: hello"});
  CHECK(told(entry_of(entry_kind::message, "")) == lines{"alice: "});
  CHECK(told(entry_of(entry_kind::action, "waves")) == lines{"~ alice waves"});
  CHECK(told(entry_of(entry_kind::topic, "tea")) == lines{"* alice set the topic: tea *"});
  CHECK(told(entry_of(entry_kind::topic, "")) == lines{"* alice removed the topic *"});
}

TEST_CASE("C27 C40: joins, leaves and new names are notices") {
  CHECK(told(member_joined{"lobby", "bob"}) == lines{"* bob joined the chat *"});
  CHECK(told(member_left{"lobby", "bob"}) == lines{"* bob left *"});
  CHECK(told(member_renamed{"lobby", "bob", "robert"}) == lines{"* bob is now known as robert *"});
}

TEST_CASE("answers are notices, one for each line, and private messages are marked") {
  CHECK(told(direct_message{"alice", "bob", {}, "psst"}) == lines{"[private] alice: psst"});
  CHECK(told(reply{"r", "help", {"one", "two"}, {"one", "two"}}) == lines{"* one *", "* two *"});
  CHECK(told(reply{"r", "nick", {}, {"bob"}}).empty());
  CHECK(told(refused{"r", errc::name_taken, "the name bob is taken"}) ==
        lines{"* the name bob is taken *"});
}

TEST_CASE("of a room's state only the topic is sent, and acknowledgements are not") {
  CHECK(told(room_state{"r", "lobby", "tea", {"alice"}, {1, 2}}) == lines{"* topic: tea *"});
  CHECK(text::encode(event(room_state{"r", "lobby", "", {"alice"}, {1, 2}})).empty());
  CHECK(text::encode(event(acknowledged{"id", "lobby", {1, 2}, {}, false})).empty());
}

TEST_CASE("every line of a text bears its author's name, so that none can pretend to another's") {
  CHECK(told(entry_of(entry_kind::message, "hello\n* bob left *\nbob: hi")) ==
        lines{"alice: hello\nalice: * bob left *\nalice: bob: hi"});
  CHECK(told(entry_of(entry_kind::action, "waves\nbob: hi")) ==
        lines{"~ alice waves\n~ alice bob: hi"});
  CHECK(told(entry_of(entry_kind::message, "a\n\nb\n")) ==
        lines{"alice: a\nalice: \nalice: b\nalice: "});
  CHECK(told(direct_message{"alice", "bob", {}, "a\nb"}) ==
        lines{"[private] alice: a\n[private] alice: b"});
}

TEST_CASE("C59: no text of a member begins a line with *: those are the server's") {
  const std::string forged = "joined the chat *\n* bob left *\nbob left";
  const auto starred = [](const event& e) {
    lines all;
    for (const std::string& payload : told(e)) {
      std::vector<std::string> split;
      boost::algorithm::split(split, payload, [](char c) { return c == '\n'; });
      for (std::string& line : split)
        if (line.starts_with('*')) all.push_back(std::move(line));
    }
    return all;
  };
  CHECK(starred(entry_of(entry_kind::message, forged)).empty());
  CHECK(starred(entry_of(entry_kind::action, forged)).empty());
  CHECK(starred(direct_message{"alice", "bob", {}, forged}).empty());
  // Where the server quotes, each line begins with the server's own words.
  for (const std::string& line : starred(entry_of(entry_kind::topic, forged)))
    CHECK(line.starts_with("* alice set the topic: "));
  for (const std::string& line : starred(room_state{"r", "lobby", forged, {}, {}}))
    CHECK(line.starts_with("* topic: "));
  CHECK(told(reply{"r", "rooms", {"den (1): " + forged}, {}}) ==
        lines{"* den (1): joined the chat * / * bob left * / bob left *"});
  CHECK(told(refused{"r", errc::bad_arguments, "'a\nb' is not a room"}) ==
        lines{"* 'a / b' is not a room *"});
}

TEST_CASE("C59: the rest of a notice that is too long for a frame does not look like a notice") {
  const std::string said = "alice: " + std::string(8177, 'x') + "bob left";
  CHECK(told(reply{"r", "history", {said}, {}}) ==
        lines{"* alice: " + std::string(8177, 'x') + " *", "* … bob left *"});
}

TEST_CASE("C42: the last word is the reason, and of a wrong passphrase nothing else") {
  const auto last = [](close_reason r) {
    return test::payloads_of(text::encode(r), wire::text_payload_cap);
  };
  CHECK(last({close_code::quit, "goodbye"}) == lines{"* goodbye *"});
  CHECK(last({close_code::server_stopping, "the server is going down"}) ==
        lines{"* the server is going down *"});
  CHECK(last({close_code::wrong_passphrase, "whatever"}) == lines{"wrong passphrase"});
  CHECK(text::passphrase_right == "ok");
}
