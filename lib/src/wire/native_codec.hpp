// What the native protocol says, and how `asio-chat/1` writes it: a JSON object per frame.
// `asio-chat/2` says the same (wire/compact_codec.hpp). docs/protocol.md is their description.
#pragma once

#include <asio_chat/close_reason.hpp>
#include <asio_chat/error.hpp>
#include <asio_chat/event.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace asio_chat::wire::native {

inline constexpr std::int64_t version = 1;
inline constexpr std::size_t id_bytes = 64; ///< of `ref` and `id`, at most

// What a client sends. `ref` comes back with the answer.

struct hello {
  std::string name; ///< empty: the server gives one
  std::optional<std::string> passphrase;
  std::optional<std::string> room; ///< to join at once; none: the default room; empty: no room
  std::string agent;               ///< program and version, for the log
  std::optional<std::string> resume = {};  ///< the token of an earlier welcome
  std::optional<position> after = {};      ///< as in `join`
  std::optional<std::size_t> history = {}; ///< as in `join`
  bool data_replies = false;               ///< replies as data, and no lines
  /// The name of the counter that the ids of messages are made of. Version 1 does not send it: each
  /// of its messages says its whole id.
  std::string ids = {};
  bool direct_rooms = false; ///< messages between accounts as rooms, `@NAME`, and not as `private`
};
struct join {
  std::string ref;
  std::string room;
  std::optional<position> after = {};      ///< the last entry known: what follows it comes first
  std::optional<std::size_t> history = {}; ///< else: so many of the last entries come first
};
struct leave {
  std::string ref;
  std::string room;
};
struct send {
  std::string id; ///< the client's own, unique among its messages; answered by `ack` with the same
  std::string room;
  std::string text;
  entry_kind kind = entry_kind::message; ///< or `action`
  entry_reference refers = {};           ///< to an earlier entry of the room, mostly to none
};
struct command_line {
  std::string ref;
  std::string room;
  std::string line; ///< as a person types it, `/who`
};
struct history {
  std::string ref;
  std::string room;
  log_range part;
};
struct ping {
  std::string ref;
};
struct bye {};

using request = std::variant<hello, join, leave, send, command_line, history, ping, bye>;

// What a server sends besides events.

struct welcome {
  std::string name;
  std::string server; ///< program and version
  std::size_t text_bytes = 0;
  std::vector<std::string> commands; ///< names of the command table
  std::string resume = {};           ///< for the next `hello`: says who we are
  /// A client that says nothing for so long is closed; zero: none is; none: not told.
  std::optional<std::chrono::milliseconds> idle_time = {};
  /// Of the commands; told to clients that want replies as data.
  std::vector<command_info> syntax = {};
};
struct pong {
  std::string ref;
};
struct goodbye {
  close_reason reason;
};

using message = std::variant<event, welcome, pong, goodbye>;

/// A request that cannot be read, with what its sender is told.
struct bad_message {
  std::string ref; ///< as far as it could be found
  failure why;
};
template <class T>
using decoded = std::variant<T, bad_message>;

/// Reads a payload. Unknown fields are ignored; an unknown type is a failure with
/// `errc::unknown_type`, a missing or mistyped field one with `errc::protocol_error` that names it.
/// Texts are not judged here, but strings are valid UTF-8.
decoded<request> parse_request(std::string_view payload);

/// Reads a payload on the client's side. An unknown type or event is a failure with
/// `errc::unknown_type`: a client passes over it.
decoded<message> parse_message(std::string_view payload);

/// A whole frame, header included.
std::string encode(const request& r);
std::string encode(const welcome& w);
std::string encode(const pong& p);
std::string encode(const goodbye& g);
/// Empty if the native protocol has nothing to say of this event. A page of history is shortened
/// (and `more` set) so that it fits a frame; so are the answers to commands, in either form.
std::string encode(const event& e);

} // namespace asio_chat::wire::native
