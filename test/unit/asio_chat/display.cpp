#include "json_display.hpp"
#include "support/catch.hpp"
#include "testing/manual_clock.hpp"
#include "text_display.hpp"
#include "wire/reply_lines.hpp"

#include <cstdlib>
#include <ctime>

using namespace asio_chat;
using namespace asio_chat::app;

namespace {

const wall_time noon{std::chrono::milliseconds(1'700'000'000'123)}; // 2023-11-14 22:13:20 UTC

const asio_chat::testing::manual_clock now;

std::vector<std::string> text(const client_event& e, time_format format = time_format::off) {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  std::vector<std::string> all;
  for (const shown_line& l :
       text_display(now, format, "localhost:8443", true, true).show(e, "lobby"))
    if (!l.text.starts_with("[times are ")) all.push_back(l.text);
  return all;
}

std::string json(const client_event& e) {
  return json_display().show(e, "lobby").at(0).text;
}

entry said(std::string what, entry_kind kind = entry_kind::message, std::string room = "lobby") {
  return {std::move(room), {1, 2}, noon, "bob", kind, std::move(what), ""};
}

using lines = std::vector<std::string>;

/// The lines that are shown for one event after the other.
lines shown(text_display& d, const std::vector<client_event>& events) {
  lines all;
  for (const client_event& e : events)
    for (const shown_line& l : d.show(e, "lobby"))
      if (!l.text.starts_with("[times are ")) all.push_back(l.text);
  return all;
}

entry at(std::uint64_t offset, std::string what) {
  entry e = said(std::move(what));
  e.at = {1, offset};
  return e;
}

const room_state at_two{"", "lobby", "", {"alice"}, {1, 2}};

} // namespace

TEST_CASE("asio-chat C12: a message, with and without its time") {
  CHECK(text(said("hi")) == lines{"bob: hi"});
  CHECK(text(said("hi"), time_format::clock) == lines{"[22:13:20] bob: hi"});
  CHECK(text(said("hi"), time_format::full) == lines{"[2023-11-14 22:13:20] bob: hi"});
}

TEST_CASE("asio-chat C12: the sender's address, where the server tells it and it is asked for") {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  text_display d(now, time_format::full, "localhost:8443", true, true);
  entry e = said("hi");
  e.address = "192.0.2.7:40000";
  CHECK(shown(d, {e}) == lines{"[2023-11-14 22:13:20] bob: hi"});
  CHECK(json(e).find("\"address\":\"192.0.2.7:40000\"") != std::string::npos);
  d.show_address(true);
  CHECK(shown(d, {e}) == lines{"[2023-11-14 22:13:20] 192.0.2.7:40000: bob: hi"});
  e.address = "\033[2J";
  CHECK(shown(d, {e})[0].find('\033') == std::string::npos);
  e.address.clear();
  CHECK(shown(d, {e}) == lines{"[2023-11-14 22:13:20] bob: hi"});
  CHECK(json(e).find("address") == std::string::npos);
}

TEST_CASE("asio-chat C27: joins, leaves, new names and actions") {
  CHECK(text(member_joined{"lobby", "bob"}) == lines{"* bob joined *"});
  CHECK(text(member_left{"lobby", "bob"}) == lines{"* bob left *"});
  CHECK(text(member_renamed{"lobby", "bob", "rob"}) == lines{"* bob is now known as rob *"});
  CHECK(text(said("waves", entry_kind::action)) == lines{"~ bob: waves"});
  CHECK(text(said("tea", entry_kind::topic)) == lines{"* bob set the topic: tea *"});
  CHECK(text(direct_message{"bob", "alice", noon, "psst"}) == lines{"[private] bob: psst"});
  CHECK(text(direct_message{"-server-", "alice", noon, "bob has muted alice in lobby"}) ==
        lines{"* bob has muted alice in lobby *"});
  CHECK(text(reply{"", "who", {"online: a, b"}, {}}) == lines{"* online: a, b *"});
}

TEST_CASE("asio-chat C27: no action looks like what the server says") {
  const lines forged = text(said("is now known as rob *", entry_kind::action));
  CHECK(forged == lines{"~ bob: is now known as rob *"});
  CHECK(forged != text(member_renamed{"lobby", "bob", "rob"}));
}

TEST_CASE("asio-chat: whoever is joining is told of others without the name of the room") {
  text_display d(now, time_format::off, "localhost:8443", true, true);
  CHECK(d.show(member_joined{"lobby", "bob"}, "").at(0).text == "* bob joined *");
  CHECK(d.show(member_joined{"den", "bob"}, "lobby").at(0).text == "#den * bob joined *");
}

TEST_CASE("asio-chat C12: all times are local, and their zone is told once") {
  ::setenv("TZ", "CET-1", 1);
  ::tzset();
  text_display d(now, time_format::off, "localhost:8443", true, true);
  const auto texts = [&](const client_event& e) {
    lines all;
    for (const shown_line& l : d.show(e, "lobby"))
      all.push_back(l.text);
    return all;
  };
  CHECK(texts(said("hi")) == lines{"bob: hi"});
  reply history{"", "history", {"[2023-11-14 22:13:20 UTC] bob: hi"}, {}};
  history.data = make_reply_data(answers::log{"lobby", {said("hi")}, 20, false});
  CHECK(texts(history) ==
        lines{"[times are in CET, UTC+01:00]", "* @2 [2023-11-14 23:13:20] bob: hi *"});
  CHECK(texts(history) == lines{"* @2 [2023-11-14 23:13:20] bob: hi *"});
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  CHECK(time_zone(noon) == "[times are in UTC]");
}

TEST_CASE("asio-chat: other rooms are named") {
  CHECK(text(said("hi", entry_kind::message, "den")) == lines{"#den bob: hi"});
  CHECK(text(member_left{"den", "bob"}) == lines{"#den * bob left *"});
}

TEST_CASE("asio-chat: every line of a message bears its author's name") {
  CHECK(text(said("one\nalice: two")) == lines{"bob: one", "bob: alice: two"});
}

TEST_CASE("asio-chat D19: nothing from the network reaches the terminal as a control") {
  const std::string evil = "a\x1b[2J\x07\xC2\x9B"
                           "b\r\u202Ec\u2028\u200E\u200F\u061C\u2066\uFEFF";
  entry e = said(evil);
  e.from = evil;
  e.room = evil;
  const std::vector<client_event> all{
      e,
      member_joined{evil, evil},
      member_left{evil, evil},
      member_renamed{evil, evil, evil},
      direct_message{evil, evil, noon, evil},
      reply{"", evil, {evil}, {evil}},
      refused{"", errc::protocol_error, evil},
      room_state{"", evil, evil, {evil}, {}},
      disconnected{{close_code::quit, evil}, std::nullopt},
      entries_missed{evil, {1, 2}, {1, 5}},
      history_page{"", evil, {e}, false, false, {}},
  };
  for (const client_event& event : all) {
    lines shown = text(event);
    shown.push_back(json(event));
    for (const std::string& line : shown) {
      for (const char c : line)
        CHECK(static_cast<unsigned char>(c) >= 0x20);
      for (const char* bad : {"\xC2\x9B", "\u202E", "\u2028", "\x7f", "\u200E", "\u200F", "\u061C",
                              "\u2066", "\uFEFF"})
        CHECK(line.find(bad) == std::string::npos);
    }
  }
}

TEST_CASE("asio-chat B15: the first line says how the connection is protected") {
  connected c;
  c.tls = {"TLSv1.3", "TLS_AES_128_GCM_SHA256", "x25519", "asio-chat/1", "ca.pem", ""};
  CHECK(text(c) == lines{"connected over TLSv1.3, TLS_AES_128_GCM_SHA256, localhost:8443 verified "
                         "by ca.pem"});
  const auto skipped = text_display(now, time_format::off, "h:1", false, true).show(c, "");
  CHECK(skipped.at(0).text.find("host name NOT VERIFIED") != std::string::npos);
  c.again = true;
  CHECK(text(c) == lines{"[connected again]"});
}

TEST_CASE("asio-chat D12: a lost connection is told, with the time until the next attempt") {
  CHECK(text(disconnected{{close_code::server_stopping, "back soon"}, std::chrono::seconds(2)}) ==
        lines{"[disconnected: back soon; next attempt in 2.0 s, or at once by /reconnect]"});
  CHECK(text(disconnected{{close_code::replaced, "you came in elsewhere"}, std::nullopt}) ==
        lines{"[disconnected: you came in elsewhere]"});
}

TEST_CASE("asio-chat: why an attempt to come back failed is told, and that it was the last") {
  const close_reason taken{close_code::connection_lost, "the name alice is taken"};
  CHECK(text(disconnected{taken, std::chrono::seconds(4), errc::name_taken}) ==
        lines{"[not connected: the name alice is taken; next attempt in 4.0 s, or at once by "
              "/reconnect]"});
  CHECK(json(disconnected{taken, std::chrono::seconds(4), errc::name_taken}) ==
        R"({"event":"disconnected","code":1004,"reason":"the name alice is taken","retry_ms":4000,)"
        R"("attempt":"name_taken"})");
  CHECK(text(disconnected{{close_code::wrong_passphrase, "wrong passphrase"},
                          std::nullopt,
                          errc::wrong_passphrase}) ==
        lines{"Error connecting to server: wrong passphrase"});
}

TEST_CASE("asio-chat C61: a connection that is lost for good is an error in receiving") {
  CHECK(text(disconnected{{close_code::connection_lost, "h:1 closed the connection"}, {}}) ==
        lines{"Error receiving message: h:1 closed the connection"});
}

TEST_CASE("asio-chat C47: a person sees earlier messages apart, with their times") {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  text_display person(now, time_format::off, "h:1", true, true);
  CHECK(shown(person, {at_two, at(1, "one"), at(2, "two"), at(3, "three")}) ==
        lines{"[in #lobby with alice]", "[earlier in #lobby]", "[2023-11-14 22:13:20] bob: one",
              "[2023-11-14 22:13:20] bob: two", "[now]", "bob: three"});
  // Missed messages continue where the user was; their times show how far they reach.
  room_state again = at_two;
  again.head = {1, 4};
  CHECK(shown(person, {again, at(4, "four"), at(5, "five")}) ==
        lines{"[in #lobby with alice]", "[2023-11-14 22:13:20] bob: four", "bob: five"});
  CHECK(shown(person, {reply{"", "leave", {}, {"#Lobby"}}, again, at(4, "four")}) ==
        lines{"[in #lobby with alice]", "[earlier in #lobby]", "[2023-11-14 22:13:20] bob: four",
              "[now]"});
}

TEST_CASE("asio-chat: what those say whom the account ignores is not shown, nor found") {
  text_display d(now, time_format::off, "localhost:8443", true, false);
  entry other = said("other");
  other.from = "carl";
  const auto answer_with = [](std::vector<entry> entries) {
    reply r{"1", "history", {}, {}, make_reply_data(answers::log{"lobby", entries, 2, false})};
    wire::fill_lines(r);
    return r;
  };
  CHECK(shown(d, {said("hi")}) == lines{"bob: hi"});
  CHECK(shown(d, {list_of_hidden({"Bob"})}).empty());
  CHECK(shown(d, {said("hi"), said("waves", entry_kind::action), other}) == lines{"carl: other"});
  CHECK(shown(d, {direct_message{"bob", "alice", noon, "psst"}}).empty());
  CHECK(shown(d, {said("tea", entry_kind::topic)}) == lines{"* bob set the topic: tea *"});
  const lines log = shown(d, {answer_with({said("hi"), other})});
  CHECK(log.size() == 1);
  CHECK(log.back().find("other") != std::string::npos);
  history_page page;
  page.room = "lobby";
  page.entries = {said("hi"), other};
  CHECK(shown(d, {page}) == lines{"carl: other"});
  // Another connection may be another account's.
  CHECK(shown(d, {client_event(connected{}), said("hi")}).back() == "bob: hi");
  shown(d, {list_of_hidden({"bob"}), reply{"2", "logout", {"you are a guest"}, {}, {}}});
  CHECK(shown(d, {said("hi")}) == lines{"bob: hi"});
}

TEST_CASE("asio-chat C47: a program gets every message in the same form") {
  text_display program(now, time_format::off, "h:1", true, false);
  CHECK(shown(program, {at_two, at(1, "one"), at(2, "two"), at(3, "three")}) ==
        lines{"[in #lobby with alice]", "bob: one", "bob: two", "bob: three"});
}

TEST_CASE("asio-chat: the clock is for today, other days have a date") {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  const wall_time morning = noon - std::chrono::hours(20);
  CHECK(form_of_earlier(morning, noon, time_format::off) == time_format::clock);
  CHECK(form_of_earlier(morning, noon, time_format::full) == time_format::full);
  CHECK(form_of_earlier(noon - std::chrono::hours(23), noon, time_format::clock) ==
        time_format::full);
  CHECK(form_of_earlier(noon - std::chrono::days(365), noon, time_format::off) ==
        time_format::full);
}

TEST_CASE("asio-chat: missing messages are announced") {
  CHECK(text(entries_missed{"den", {7, 41}, {7, 60}}) ==
        lines{"[#den: messages are missing here: they are no longer kept]"});
  CHECK(
      text(entries_missed{"den", {7, 41}, {7, 1}}) ==
      lines{"[#den: the room's log was put back to an older state: other messages may follow than "
            "were said before]"});
  CHECK(
      text(entries_missed{"den", {7, 41}, {7, 42}}) ==
      lines{"[#den: the room's log was put back to an older state: messages that were said behind "
            "this one are lost]"});
  CHECK(text(entries_missed{"den", {7, 41}, {8, 1}}) ==
        lines{"[#den: messages may be missing here: the room's log was begun anew]"});
  CHECK(json(entries_missed{"den", {7, 41}, {8, 1}}) ==
        R"({"event":"gap","room":"den","after":{"epoch":7,"offset":41},)"
        R"("next":{"epoch":8,"offset":1}})");
}

TEST_CASE("asio-chat: JSON lines") {
  CHECK(json(said("a\nb\x7f")) ==
        R"({"event":"message","room":"lobby","from":"bob","text":"a\nb�",)"
        R"("time":"2023-11-14T22:13:20.123Z","position":{"epoch":1,"offset":2}})");
  CHECK(json(member_joined{"lobby", "bob"}) == R"({"event":"joined","room":"lobby","name":"bob"})");
  CHECK(json(said("\u202Ex")).find("\\u202ex") != std::string::npos);
  CHECK(json(said("\U0001F600\u4e2d")).find("\U0001F600\u4e2d") != std::string::npos);
}

TEST_CASE("asio-chat: JSON lines mark a text that was destroyed") {
  const std::string words = "(this text was destroyed)";
  CHECK(text(said(words, entry_kind::destroyed)) == lines{"* bob: " + words + " *"});
  CHECK(text(said(words)) == lines{"bob: " + words});
  CHECK(json(said(words, entry_kind::destroyed)).find("\"destroyed\":true") != std::string::npos);
  CHECK(json(said(words)).find("destroyed\":") == std::string::npos);
}

TEST_CASE("asio-chat: JSON lines name the line of the input that they answer") {
  json_display d;
  const auto one = [&](const client_event& e, const line_origin& from) {
    return d.show(e, "lobby", from).at(0).text;
  };
  CHECK(json_error(errc::not_in_room, "no", {}) ==
        R"({"event":"error","code":"not_in_room","message":"no"})");
  CHECK(json_error(errc::not_in_room, "no", {3, "a"}) ==
        R"({"event":"error","code":"not_in_room","message":"no","line":3,"ref":"a"})");
  CHECK(one(acknowledged{"", "den", {7, 41}, noon}, {4, "b"}) ==
        R"({"event":"acknowledged","room":"den","time":"2023-11-14T22:13:20.123Z",)"
        R"("position":{"epoch":7,"offset":41},"line":4,"id":"b"})");
  CHECK(one(acknowledged(), {5, ""}) == R"({"event":"acknowledged","line":5})");
  CHECK(one(reply{"", "who", {"a"}, {}}, {6, "c"}) ==
        R"({"event":"reply","command":"who","lines":["a"],"items":[],"line":6,"ref":"c"})");
}

TEST_CASE("asio-chat: JSON lines have the data of an answer in fields") {
  const auto data = [](reply_data d) {
    const std::string line = json(reply{"", "it", {}, {}, make_reply_data(std::move(d))});
    const std::string before = R"({"event":"reply","command":"it","lines":[],"items":[],"data":)";
    REQUIRE(line.starts_with(before));
    return line.substr(before.size(), line.size() - before.size() - 1);
  };
  CHECK(data(answers::members{"den", {"al\x1b"}, 2, "bob"}) ==
        R"({"kind":"members","room":"den","names":["al�"],"total":2,"next":"bob"})");
  CHECK(data(answers::members{"den", {"al"}, 1, "", {}, {}, {"al"}}) ==
        R"({"kind":"members","room":"den","names":["al"],"away":["al"],"total":1})");
  CHECK(data(answers::members{"den", {"al"}, 1, "", {}, {"al Al S"}}) ==
        R"({"kind":"members","room":"den","names":["al"],"displayed":["al Al S"],"total":1})");
  CHECK(data(answers::rooms{{{"den", 2, "tea"}}, 1, ""}) ==
        R"({"kind":"rooms","rooms":[{"name":"den","members":2,"topic":"tea"}],"total":1})");
  CHECK(data(answers::log{"lobby", {said("hi")}, 20, false}) ==
        R"({"kind":"log","room":"lobby","entries":[{"event":"message","room":"lobby",)"
        R"("from":"bob","text":"hi","time":"2023-11-14T22:13:20.123Z",)"
        R"("position":{"epoch":1,"offset":2}}],"asked":20,"earlier":false})");
  CHECK(data(answers::sent{"bob", "psst", noon}) ==
        R"({"kind":"sent","to":"bob","text":"psst","time":"2023-11-14T22:13:20.123Z"})");
  CHECK(data(answers::command{{"who", {{"NAME", argument_kind::member, "", true}}, "list", ""}}) ==
        R"({"kind":"command","about":{"name":"who","usage":"/who [NAME]","arguments":)"
        R"([{"name":"NAME","kind":"member","optional":true}],"help":"list"}})");
  CHECK(data(answers::protection{}) == R"({"kind":"protection","encrypted":false})");
  CHECK(json(reply{"", "who", {"online: bob"}, {"bob"}}).find("data") == std::string::npos);
}

TEST_CASE("asio-chat display: a guest hides whom they want, by any name, and their own account's "
          "list goes before") {
  text_display d(now, time_format::off, "localhost:8443", true, false);
  const auto told = [&](const char* line) {
    const auto all = d.carry_out(line, "alice");
    return all ? all->at(0).text : std::string("the server's");
  };
  CHECK(told("/ignore") == "[no member is ignored]");
  CHECK(told("/ignore Bob") == "[ignoring Bob; /unignore Bob ends it]");
  CHECK(told("/ignore ALICE").starts_with("[this is your own name"));
  CHECK(told("/ignore") == "[ignoring bob]");
  CHECK(told("/who") == "the server's");
  CHECK(shown(d, {said("noise"), direct_message{"bob", "alice", noon, "psst"}}).empty());
  shown(d, {member_renamed{"lobby", "bob", "rob"}, connected{}});
  CHECK(d.carry_out("/unignore", "alice")->at(0).text.starts_with("[NAME is missing"));
  CHECK(told("/unignore rob") == "[rob is not ignored any more]");
  CHECK(told("/unignore bob") == "[bob is not ignored any more]");
  CHECK(told("/unignore eve") == "[eve was not ignored]");
  CHECK(shown(d, {said("hi")}) == lines{"bob: hi"});
  told("/ignore eve");
  shown(d, {list_of_hidden({"bob"})});
  CHECK(told("/ignore eve") == "the server's");
  CHECK(told("/unignore bob") == "the server's");
  CHECK(told("/unignore eve") == "[eve is not ignored any more]");
}

TEST_CASE("asio-chat display: a reaction says what it is about") {
  text_display d(now, time_format::off, "localhost:8443", true, false);
  const auto reaction = [](std::uint64_t to, std::string sign) {
    entry e = at(9, std::move(sign));
    e.kind = entry_kind::action;
    e.refers = {entry_reference::kind::reaction, to};
    return e;
  };
  shown(d, {at(3, "tea\nat four"), at(4, std::string(70, 'x'))});
  CHECK(shown(d, {reaction(3, "+")}) == lines{"~ bob (reaction to bob: tea at four): +"});
  CHECK(shown(d, {reaction(3, "-")}) == lines{"~ bob (reaction to bob: tea at four): -"});
  CHECK(shown(d, {reaction(3, "+")}) ==
        lines{"~ bob (takes back a reaction to bob: tea at four): +"});
  CHECK(shown(d, {reaction(4, "+")}) ==
        lines{"~ bob (reaction to bob: " + std::string(60, 'x') + "…): +"});
  CHECK(shown(d, {reaction(1, "+")}) == lines{"~ bob (reaction to @1): +"});
  d.remember(at(5, "my own"));
  CHECK(shown(d, {reaction(5, "+")}) == lines{"~ bob (reaction to bob: my own): +"});
  entry edit = at(6, "coffee");
  edit.refers = {entry_reference::kind::edit, 3};
  entry gone = reaction(5, "deleted a message");
  gone.refers.how = entry_reference::kind::removal;
  shown(d, {edit, gone});
  CHECK(shown(d, {reaction(3, "!")}) == lines{"~ bob (reaction to bob: coffee): !"});
  CHECK(shown(d, {reaction(5, "!")}) == lines{"~ bob (reaction to a deleted message): !"});
}
