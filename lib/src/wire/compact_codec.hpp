// The native protocol `asio-chat/2`: protobuf messages, docs/protocol/asio_chat.proto. It says what
// version 1 says (wire/native_codec.hpp has the values of both); docs/protocol.md describes both.
#pragma once

#include "wire/compact_names.hpp"
#include "wire/native_codec.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::wire::compact {

inline constexpr std::string_view alpn = "asio-chat/2";

using native::bad_message;
using native::decoded;

/// The ids of a connection: `hello` names them, and a number makes one of them. On the wire there
/// is the number alone.
class id_counter {
 public:
  static constexpr std::size_t max_bytes = 40;

  id_counter() = default;
  /// @param name may be empty: then the number alone is the id
  explicit id_counter(std::string_view name)
      : prefix_(name.empty() ? std::string() : std::string(name) + '-') {}

  std::string id_of(std::uint64_t number) const;
  /// 0: it is none of these.
  std::uint64_t number_of(std::string_view id) const noexcept;

 private:
  std::string prefix_;
};

/// Reads a payload. Unknown fields are ignored; an unknown message is a failure with
/// `errc::unknown_type`, anything else that is wrong one with `errc::protocol_error`. Texts are not
/// judged here, but they are valid UTF-8.
/// @param ids becomes those of the `hello`, if it is one
decoded<native::request> parse_request(std::string_view payload, id_counter& ids);

/// A whole frame, header included.
std::string encode(const native::request& r, const id_counter& ids);
std::string encode(const native::welcome& w);
std::string encode(const native::pong& p);
std::string encode(const native::goodbye& g);
/// Anything but entries and acknowledgements, which need names. Pages and answers are shortened so
/// that they fit a frame, as in version 1.
std::string encode(const event& e, const id_counter& ids);

/// Frames with entries of one log that follow each other. Their receiver must have heard the names
/// that `names` gives for them, up to now.
std::vector<std::string> encode(std::span<const entry* const> entries, numbered_log& names);
/// Frames for messages that were stored, one for each run of them. Their receiver must have heard
/// of the log.
/// @param acks all of the log that `names` is of
std::string encode(std::span<const acknowledged> acks, const numbered_log& names,
                   const id_counter& ids);

/// What a client has heard of one connection: its own ids, and the names of logs and authors.
class client_memory {
 public:
  id_counter ids;
  heard_logs logs;
};

/// Reads a payload on the client's side into one message, several (entries of a group), or none. An
/// unknown message or event is a failure with `errc::unknown_type`: a client passes over it.
decoded<std::vector<native::message>> parse_messages(std::string_view payload, client_memory& of);

} // namespace asio_chat::wire::compact
