// What a host program decides, and does, for the members of its server: messages before they are
// stored, and commands of its own.
#pragma once

#include <asio_chat/command.hpp>
#include <asio_chat/entry.hpp>
#include <asio_chat/errc.hpp>
#include <asio_chat/rights.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace asio_chat {

/// The member who asks for something, and the connection that it came by.
struct member_info {
  std::string name;          ///< at the moment; a member may take another one
  std::string user;          ///< `login_accepted::user`; empty: a guest
  std::uint64_t session = 0; ///< see `server::sessions`
};

/// No, with the reason that the member is told.
struct host_refusal {
  std::string why;
  errc code = errc::not_allowed; ///< for the client program
};

/// A message that a member wants to say in a room, before it is stored and before anybody sees it.
struct post_request {
  member_info by;
  std::string room;
  entry_kind kind = entry_kind::message;
  std::string text; ///< as `entry::text`; of a topic that is removed it is empty
  std::string id;   ///< the sender's own; a client repeats it if it does not know what came of it
};

/// The message may be stored, as it is or with another text. That is checked like one that a member
/// has typed: the message is refused if it is empty or too long.
struct post_accepted {
  std::optional<std::string> text = {};
};

using post_answer = std::variant<post_accepted, host_refusal>;
using post_answer_handler = std::function<void(post_answer)>;
using post_hook = std::function<void(const post_request&, post_answer_handler)>;

/// A command of the host, as a member has called it.
struct command_call {
  member_info by;
  std::string room; ///< where it was typed; in the text protocol always the default room
  /// One for each argument of `command_info::arguments`, in their order; empty: it was left out.
  /// Numbers are in their range. Except for those that are secret, they have no control characters.
  std::vector<std::string> arguments;
};

/// The answer to a command: lines for the member who has called it, and for nobody else. Together
/// 28 000 bytes of them are sent; control characters are replaced.
struct command_lines {
  std::vector<std::string> lines;
};

using command_answer = std::variant<command_lines, host_refusal>;
using command_answer_handler = std::function<void(command_answer)>;

/// A command that the host adds, see `server::add_command`. Members see it like any other: in
/// `/help`, in completion, and in the errors about its arguments.
struct host_command {
  /// The name has small letters only. There are up to four arguments, without keys. Of kind
  /// `text` or `query` is the last one only; those that may be left out come last.
  command_info info;
  right needs = right::none; ///< what a member has to have; else the command is refused
  bool needs_room = false;   ///< refused to a member who is not in the room where it was typed
  /// Answers once, from inside the call or later, see `server_hooks`.
  std::function<void(command_call, command_answer_handler)> run;
};

} // namespace asio_chat
