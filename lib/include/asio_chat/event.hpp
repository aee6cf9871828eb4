// The values of a conversation: positions, entries, and what members are told.
#pragma once

#include <asio_chat/close_reason.hpp>
#include <asio_chat/error.hpp>
#include <asio_chat/time.hpp>

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace asio_chat {

/// A place in the log of a room. Offsets grow by one from 1. An epoch begins when a log is made
/// anew (for a journal in memory: with each start), and offsets of two epochs cannot be compared.
/// A reader that has seen {7, 41} and then sees {7, 43} knows that one entry is missing; a reader
/// that sees {8, 1} knows that the log it had read from is gone.
struct position {
  std::uint64_t epoch = 0;
  std::uint64_t offset = 0; ///< 0: before the first entry
  friend auto operator<=>(const position&, const position&) = default;
};

enum class entry_kind : std::uint8_t {
  message, ///< a member says something
  action,  ///< a member does something: `/me waves`
  topic,   ///< a member sets the room's topic
};

/// A text that is nearly always empty. It takes one pointer instead of a string, because entries
/// are moved often. Reads as a `std::string_view`, which is valid as long as the text is not
/// changed.
class rare_text {
 public:
  rare_text() = default;
  template <std::convertible_to<std::string_view> Text>
  rare_text(const Text& text)
      : rare_text(std::string_view(text), 0) {}
  rare_text(const rare_text& other)
      : rare_text(std::string_view(other), 0) {}
  rare_text(rare_text&&) noexcept = default;
  rare_text& operator=(const rare_text& other) { return *this = rare_text(other); }
  rare_text& operator=(rare_text&&) noexcept = default;
  ~rare_text() = default;

  bool empty() const noexcept { return !text_; }
  void clear() noexcept { text_.reset(); }
  operator std::string_view() const noexcept { return text_ ? *text_ : std::string_view(); }
  friend bool operator==(const rare_text& a, const rare_text& b) noexcept {
    return std::string_view(a) == std::string_view(b);
  }

 private:
  rare_text(std::string_view text, int)
      : text_(text.empty() ? nullptr : std::make_unique<std::string>(text)) {}

  std::unique_ptr<std::string> text_;
};

/// One entry of a room's log.
struct entry {
  std::string room;
  position at;
  wall_time time{}; ///< the server's clock when it was said
  std::string from; ///< the name of its author
  entry_kind kind = entry_kind::message;
  std::string text; ///< valid UTF-8 without control characters other than tab and newline
  std::string id;   ///< the sender's own id of the message; may be empty
  /// The address that the sender is connected from, such as `192.0.2.7:40000`. Only live entries
  /// have it, and only if `server_config::sender_addresses` is set. It is never stored.
  rare_text address = {};
  friend bool operator==(const entry&, const entry&) = default;
};

/// A member has joined a room that the receiver is in.
struct member_joined {
  std::string room;
  std::string name;
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

/// The answer to a command.
struct reply {
  std::string ref;                ///< the reference that the request had
  std::string command;            ///< the name of the command, e.g. `who`
  std::vector<std::string> lines; ///< the answer for a person
  std::vector<std::string> items; ///< the answer for a program: names, rooms or commands
};

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
};

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
};

/// Everything that a server sends to a member after the login.
using event = std::variant<entry, member_joined, member_left, member_renamed, direct_message,
                           acknowledged, reply, refused, room_state, entries_missed, history_page>;

} // namespace asio_chat
