// What a member asks of the hub, whatever protocol it came by.
#pragma once

#include "model/search_query.hpp"

#include <asio_chat/error.hpp>
#include <asio_chat/event.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace asio_chat {

struct host_row; // domain/host_commands.hpp

/// One struct for each row of the command table, in its order; `command` is the row's name. Then
/// what is no row of it.
namespace requests {

struct say {
  static constexpr std::string_view command = "say";
  std::string text;
  std::string id{}; ///< the sender's own, the same again on a repetition
};
struct help {
  static constexpr std::string_view command = "help";
  std::string about{}; ///< the name of a command; empty: all of them
};
struct history {
  static constexpr std::string_view command = "history";
  log_range part;
  bool for_a_person = false; ///< answered by a `reply` in lines, and not by a `history_page`
};
struct join {
  static constexpr std::string_view command = "join";
  std::optional<position> after{};      ///< the last entry known: what follows it comes first
  std::optional<std::size_t> history{}; ///< else: so many of the last entries come first
};
struct leave {
  static constexpr std::string_view command = "leave";
};
struct act { ///< says what one does
  static constexpr std::string_view command = "me";
  std::string text;
  std::string id{};
};
struct tell {
  static constexpr std::string_view command = "msg";
  std::string to;
  std::string text;
};
struct rename {
  static constexpr std::string_view command = "nick";
  std::string name;
};
struct quit {
  static constexpr std::string_view command = "quit";
};
struct list_rooms {
  static constexpr std::string_view command = "rooms";
  std::string from; ///< the first name that is wanted, or the next one
};
struct search {
  static constexpr std::string_view command = "search";
  search_query query;
};
struct protection {
  static constexpr std::string_view command = "tls";
};
struct topic {
  static constexpr std::string_view command = "topic";
  std::optional<std::string> text; ///< none: it is only shown; empty: it is removed
};
struct list_members {
  static constexpr std::string_view command = "who";
  std::string from; ///< as in `list_rooms`
};
/// A command that the host has added.
struct host {
  const host_row* row;
  std::vector<std::string> arguments;
};
/// A line or a message that is none of these: refused in its turn, behind the answers to what came
/// before it.
struct unreadable {
  failure why;
};

using any = std::variant<say, help, history, join, leave, act, tell, rename, quit, list_rooms,
                         search, protection, topic, list_members, host, unreadable>;

} // namespace requests

struct request {
  std::string room; ///< what it is about; empty: the default room
  std::string ref;  ///< given back with the answer
  requests::any what;
};

} // namespace asio_chat
