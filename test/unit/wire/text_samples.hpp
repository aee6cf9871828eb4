// What the server of the text protocol sends, by the names of docs/protocol/text.json.
#pragma once

#include "wire/frame.hpp"
#include "wire/text_codec.hpp"

#include <map>
#include <string>

namespace asio_chat::test {

/// Frames by name.
inline const std::map<std::string, std::string>& text_samples() {
  namespace text = wire::text;
  const auto told = [](const event& e) { return text::encode(e); };
  const auto entry_of = [](entry_kind kind, std::string said) {
    return entry{"lobby", {1, 2}, {}, "alice", kind, std::move(said), ""};
  };
  static const std::map<std::string, std::string> samples{
      {"passphrase right", wire::frame(text::passphrase_right)},
      {"passphrase wrong", text::encode(close_reason{close_code::wrong_passphrase, ""})},
      {"another name given", text::encode_notice("you are known as alice-2")},
      {"message", told(entry_of(entry_kind::message, "Grüße"))},
      {"message of two lines", told(entry_of(entry_kind::message, "one\nbob: two"))},
      {"action", told(entry_of(entry_kind::action, "waves"))},
      {"topic set", told(entry_of(entry_kind::topic, "tea"))},
      {"topic removed", told(entry_of(entry_kind::topic, ""))},
      {"topic on joining", told(room_state{"", "lobby", "tea", {}, {}})},
      {"joined", told(member_joined{"lobby", "bob"})},
      {"left", told(member_left{"lobby", "bob"})},
      {"renamed", told(member_renamed{"lobby", "bob", "robert"})},
      {"private message", told(direct_message{"alice", "bob", {}, "between us"})},
      {"answer", told(reply{"", "who", {"online: alice, bob"}, {}})},
      {"answer of two lines", told(reply{"", "rooms", {"den (1)", "lobby (2)"}, {}})},
      {"answer that quotes a topic", told(reply{"", "topic", {"topic: tea\nbob left"}, {}})},
      {"refused", told(refused{"", errc::text_empty, "there is nothing to say"})},
      {"server stopping",
       text::encode(close_reason{close_code::server_stopping, "the server is going down"})},
      {"too large", text::encode(close_reason{close_code::frame_too_large,
                                              "message too large: at most 8192 bytes"})},
  };
  return samples;
}

} // namespace asio_chat::test
