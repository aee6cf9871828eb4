// A value of every request and every message of the native protocol, by the name that the vectors
// in docs/protocol/native.json give it.
#pragma once

#include "wire/native_codec.hpp"

#include <map>
#include <string>

namespace asio_chat::test {

inline const std::map<std::string, wire::native::request>& request_samples() {
  namespace native = wire::native;
  static const std::map<std::string, native::request> samples{
      {"hello", native::hello{"alice", "open sesame", "den", "asio-chat 0.1.0"}},
      {"hello, nothing asked for", native::hello{}},
      {"hello, no room", native::hello{"alice", {}, "", ""}},
      {"hello, come back",
       native::hello{"alice", {}, "den", "", std::string(64, 'a'), position{1700000000000, 41}}},
      {"hello, replies as data",
       native::hello{
           .name = "alice", .passphrase = {}, .room = {}, .agent = {}, .data_replies = true}},
      {"hello, rooms of two accounts",
       native::hello{
           .name = "alice", .passphrase = {}, .room = {}, .agent = {}, .direct_rooms = true}},
      {"join", native::join{"j1", "den"}},
      {"join, and what was missed", native::join{"j1", "den", position{1700000000000, 41}}},
      {"join, and what was missed, with a tag",
       native::join{"j1", "den", position{1700000000000, 41, 0x0123456789abcdef, 41}}},
      {"join, and what was missed, with the tag of a later entry",
       native::join{"j1", "den", position{1700000000000, 41, 0x0123456789abcdef, 44}}},
      {"join, and the last entries", native::join{"j1", "den", {}, 20}},
      {"leave", native::leave{"l1", "den"}},
      {"send", native::send{"m1", "den", "Grüße\n\"zusammen\"", entry_kind::message}},
      {"send, an action", native::send{"m2", "", "waves", entry_kind::action}},
      {"send, an edit",
       native::send{"m3", "den", "tea", entry_kind::message, {entry_reference::kind::edit, 41}}},
      {"send, a deletion",
       native::send{"m4", "den", "", entry_kind::message, {entry_reference::kind::removal, 41}}},
      {"send, a pin",
       native::send{"m5", "den", "", entry_kind::message, {entry_reference::kind::pin, 41}}},
      {"command", native::command_line{"c1", "den", "/topic tea"}},
      {"history", native::history{"h1", "den", {log_range::side::after, {1700000000000, 41}, 100}}},
      {"history before a position",
       native::history{"h1", "den", {log_range::side::before, {1700000000000, 41}, 100}}},
      {"history around a position",
       native::history{"h1", "den", {log_range::side::around, {1700000000000, 41}, 100}}},
      {"ping", native::ping{"p1"}},
      {"bye", native::bye{}},
  };
  return samples;
}

inline const std::map<std::string, wire::native::message>& message_samples() {
  namespace native = wire::native;
  const wall_time time(std::chrono::milliseconds(1700000123456));
  const entry said{"den", {1700000000000, 42}, time, "alice", entry_kind::message, "hello", ""};
  entry done = said;
  done.kind = entry_kind::action;
  done.text = "waves";
  entry from_somewhere = said;
  from_somewhere.address = "192.0.2.7:40000";
  const auto data = [](std::string command, reply_data d) {
    return reply{"c1", std::move(command), {}, {}, make_reply_data(std::move(d)), true};
  };
  entry set = said;
  set.kind = entry_kind::topic;
  set.text = "tea";
  entry destroyed = said;
  destroyed.kind = entry_kind::destroyed;
  destroyed.text = destroyed_text;
  entry answer = said;
  answer.refers = {entry_reference::kind::reply, 41};
  entry destroyed_edit = destroyed;
  destroyed_edit.refers = {entry_reference::kind::edit, 41};
  static const std::map<std::string, native::message> samples{
      {"welcome", native::welcome{"alice",
                                  "asio-chatd 0.1.0",
                                  8192,
                                  {"help", "who"},
                                  std::string(64, 'a'),
                                  std::chrono::minutes(5)}},
      {"welcome without a token",
       native::welcome{"alice", "asio-chatd 0.1.0", 8192, {"help", "who"}}},
      {"welcome, and the arguments of commands",
       native::welcome{
           "alice",
           "asio-chatd 0.1.0",
           8192,
           {"history", "search"},
           std::string(64, 'a'),
           std::chrono::minutes(5),
           {{"history", {{"N", argument_kind::number, "", true, false, 1, 200}}},
            {"search",
             {{"WORDS", argument_kind::query}, {"NAME", argument_kind::member, "from", true}}}}}},
      {"event message", event(said)},
      {"event message, and where from", event(from_somewhere)},
      {"event action", event(done)},
      {"event topic", event(set)},
      {"event destroyed", event(destroyed)},
      {"event reply", event(answer)},
      {"event edit, destroyed", event(destroyed_edit)},
      {"event joined", event(member_joined{"den", "bob"})},
      {"event joined, a guest", event(member_joined{"den", "bob", true})},
      {"event joined, with a proof", event(member_joined{"den", "bob", false, "0123456789abcdef"})},
      {"event left", event(member_left{"den", "bob"})},
      {"event renamed", event(member_renamed{"den", "bob", "robert"})},
      {"event direct", event(direct_message{"alice", "bob", time, "between us"})},
      {"event direct, with a proof",
       event(direct_message{"alice", "bob", time, "between us", "0123456789abcdef"})},
      {"event gap", event(entries_missed{"den", {1700000000000, 41}, {1700000000000, 1042}})},
      {"ack", event(acknowledged{"m1", "den", {1700000000000, 42}, time, false})},
      {"ack with a tag",
       event(acknowledged{"m1", "den", {1700000000000, 42, 0xabc, 42}, time, false})},
      {"ack again", event(acknowledged{"m1", "den", {1700000000000, 42}, time, true})},
      {"reply", event(reply{"c1", "who", {"online: alice, bob"}, {"alice", "bob"}})},
      {"reply, members",
       event(data("who", answers::members{"den", {"alice", "bob"}, 2501, "carol"}))},
      {"reply, members, a guest among them",
       event(data("who", answers::members{"den", {"alice", "bob"}, 2, "", {"bob"}}))},
      {"reply, members, one of them displayed by another name",
       event(data("who",
                  answers::members{"den", {"alice", "bob"}, 2, "", {}, {"alice Alice Smith"}}))},
      {"reply, members, one of them away",
       event(data("who", answers::members{"den", {"alice", "bob"}, 2, "", {}, {}, {"bob"}}))},
      {"reply, rooms",
       event(data("rooms", answers::rooms{{{"den", 2, "tea"}, {"lobby", 1, ""}}, 2, ""}))},
      {"reply, a topic", event(data("topic", answers::topic{"den", "tea"}))},
      {"reply, the log", event(data("history", answers::log{"den", {said, done}, 20, false}))},
      {"reply, what was found", event(data("search", answers::found{"den", {said}, true, false}))},
      {"reply, commands",
       event(data("help", answers::commands{{{"quit", {}, "leave the chat", ""}}}))},
      {"reply, one command",
       event(data("help", answers::command{{"unlock",
                                            {{"PIN", argument_kind::number, "", false, true, 1000,
                                              9999, "four digits"}},
                                            "an example",
                                            "It is not there."}}))},
      {"reply, sent to one member", event(data("msg", answers::sent{"bob", "between us", time}))},
      {"reply, left", event(data("leave", answers::left{"den"}))},
      {"reply, own name", event(data("nick", answers::own_name{"ally", true}))},
      {"reply, protection",
       event(data("tls", answers::protection{true, "TLSv1.3", "TLS_AES_128_GCM_SHA256", "x25519",
                                             "CN=localhost", "AB:CD", "CN=alice"}))},
      {"error", event(refused{"j1", errc::room_invalid, "a room's name must not be empty"})},
      {"room", event(room_state{"j1", "den", "tea", {"alice", "bob"}, {1700000000000, 42}})},
      {"room, a guest in it",
       event(room_state{"j1", "den", "tea", {"alice", "bob"}, {1700000000000, 42}, {"bob"}})},
      {"room, with proofs", event(
                                room_state{"j1",
                                           "den",
                                           "tea",
                                           {"alice", "bob"},
                                           {1700000000000, 42},
                                           {"alice"},
                                           {"", "0123456789abcdef"}})},
      {"room, and how far it was read",
       event(room_state{"j1", "den", "", {"bob"}, {1700000000000, 42}, {}, {}, 300})},
      {"history", event(history_page{"h1", "den", {said, done}, false, true, {}})},
      {"history with a gap", event(history_page{"h1", "den", {said}, true, false, 42})},
      {"history of what refers to others",
       event(history_page{"h1", "den", {answer, destroyed_edit}, false, false, {}})},
      {"history of another log", event(history_page{"h1", "den", {said}, false, true, 1, true})},
      {"pong", native::pong{"p1"}},
      {"goodbye", native::goodbye{{close_code::server_stopping, "the server is going down"}}},
      {"goodbye for good", native::goodbye{{close_code::wrong_passphrase, "wrong passphrase"}}},
  };
  return samples;
}

inline std::string encode(const wire::native::message& m) {
  return std::visit([](const auto& v) { return wire::native::encode(v); }, m);
}

} // namespace asio_chat::test
