// The events that a server sends to a member.
#pragma once

#include <asio_chat/close_reason.hpp>
#include <asio_chat/entry.hpp>
#include <asio_chat/errc.hpp>
#include <asio_chat/reply_data.hpp>
#include <asio_chat/time.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace asio_chat {

/// A member has joined a room that the receiver is in.
struct member_joined {
  std::string room;
  std::string name;
  bool guest = false; ///< see `room_state::guests`
  /// Says whether it is the same one as before: an account, a user of the host, or a certificate
  /// that says its name. The same text each time, and good for nothing else. Empty: nothing proves
  /// who it is.
  std::string proof = {};
};

/// A member has left a room that the receiver is in.
struct member_left {
  std::string room;
  std::string name;
};

/// A member has another name. The event comes once for each room that both members are in.
struct member_renamed {
  std::string room;
  std::string from;
  std::string to;
};

/// A message from one member to another. It is not an entry of any room and is not stored.
struct direct_message {
  std::string from;
  std::string to;
  wall_time time{};
  std::string text;
  std::string proof = {}; ///< of `from`, see `member_joined::proof`
};

/// The server's promise that the message with this id is in the room's log at this position. With a
/// journal on disk it is on the disk.
struct acknowledged {
  std::string id;
  std::string room;
  position at;
  wall_time time{};
  bool duplicate = false; ///< the message had been acknowledged before, with the same answer
};

/// The answer to a command. A client fills all of it, in whatever form its server sends it. `data`
/// is null for an answer of an older server, for `/join`, and for commands that say something.
struct reply {
  std::string ref;                ///< the reference that the request had
  std::string command;            ///< the name of the command, e.g. `who`
  std::vector<std::string> lines; ///< the answer for a person
  std::vector<std::string> items; ///< the names, rooms or commands in it
  /// The answer for a program. It is behind a pointer, so that it does not make all events longer.
  std::shared_ptr<const reply_data> data = {};
  /// Only used inside a server: the member's client wants data instead of lines.
  bool data_alone = false;

  /// The data, if they are of this kind, as in `r.as<answers::members>()`; else null.
  template <class Kind>
  const Kind* as() const noexcept {
    return std::get_if<Kind>(data.get());
  }
};

inline std::shared_ptr<const reply_data> make_reply_data(reply_data d) {
  return std::make_shared<const reply_data>(std::move(d));
}

/// A request that the server has refused; it has changed nothing.
struct refused {
  std::string ref;                  ///< the reference of the request, or the id of the message
  errc code = errc::protocol_error; ///< the reason, for a program
  std::string message;              ///< the reason in a sentence
};

/// Entries that this member should have received, after `after` and before `next`, are no longer
/// kept. If the epochs differ, or `next` is not after `after`, the log is a new one, or an older
/// one that was put back, and the missing entries cannot be counted.
struct entries_missed {
  std::string room;
  position after; ///< the last entry that the member has received
  position next;  ///< the first entry that the member receives now
};

/// The state of a room. A member gets it on joining, and again, with an empty `ref`, after having
/// missed events about other members because of reading too slowly.
struct room_state {
  std::string ref; ///< the reference of the request to join
  std::string room;
  std::string topic;                ///< empty: none
  std::vector<std::string> members; ///< sorted names; the first 1000 at most
  position head;                    ///< the position of the last entry
  /// Those of the members who have no account, where the server has accounts; else none.
  std::vector<std::string> guests = {};
  /// Of each of the members, see `member_joined::proof`; may be shorter, and end with the last one
  /// that has one.
  std::vector<std::string> proofs = {};
  /// The offset until which the receiver's account has read the room, over whatever connection;
  /// what `head` has behind it is new. 0: it is not known, or there is no account.
  std::uint64_t read = 0;
};

/// How far an account has read a room: see `read_places_in`.
struct read_place {
  std::string room;
  std::uint64_t offset = 0;
};

/// What a `reply` with the command `read` tells: an answer to `/read`, or, with an empty `ref`,
/// that another connection of the account has read. Empty for all other replies, and for one that
/// is malformed. A place may be ahead of the entries that have come.
std::vector<read_place> read_places_in(const reply& r);

/// A part of a room's log, as a request for it.
struct log_range {
  enum class side : std::uint8_t {
    after,  ///< the entries that follow `from`; after the zero position: the oldest entries
    before, ///< the entries before `from`; before the zero position: the newest entries
    around, ///< `from` itself, and about as many entries before it as after it
  };
  side where = side::after;
  position from;
  std::size_t entries = 50; ///< the most that are wanted; a server gives 1000 at most
};

/// A page of a room's log, oldest first.
struct history_page {
  std::string ref; ///< the reference of the request
  std::string room;
  std::vector<entry> entries; ///< fewer than were asked for, where they do not fit a frame
  bool earlier = false;       ///< the log has entries before the first one of this page
  bool more = false;          ///< the log has entries after the last one of this page
  /// Entries before this offset were asked for and are no longer kept; no value: none are missing.
  std::optional<std::uint64_t> gap;
  /// The log is not the one that the position of the request belongs to, but a new one, or an older
  /// one that was put back.
  bool another_log = false;
};

/// Everything that a server sends to a member after the login.
using event = std::variant<entry, member_joined, member_left, member_renamed, direct_message,
                           acknowledged, reply, refused, room_state, entries_missed, history_page>;

} // namespace asio_chat
