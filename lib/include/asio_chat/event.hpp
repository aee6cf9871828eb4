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

/// A place in the log of a room. Offsets grow by one from 1; an epoch begins when a log is made
/// anew (a memory journal: with each start), and offsets of two epochs do not compare.
/// A reader that has seen {7, 41} and meets {7, 43} knows that one entry is missing; one that
/// meets {8, 1} knows that the log it knew is gone.
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

/// Text that is mostly not there. Then it is one pointer to move, and not a string: entries are
/// moved often.
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

/// What a room's log keeps.
struct entry {
  std::string room;
  position at;
  wall_time time{};
  std::string from;
  entry_kind kind = entry_kind::message;
  std::string text; ///< valid UTF-8, without control characters but tab and newline
  std::string id;   ///< the sender's own id of the message; may be empty
  /// Where the sender is connected from, `192.0.2.7:40000`: only of what is said now, and only if
  /// the server is set to tell it. Never kept.
  rare_text address = {};
  friend bool operator==(const entry&, const entry&) = default;
};

struct member_joined {
  std::string room;
  std::string name;
};

struct member_left {
  std::string room;
  std::string name;
};

struct member_renamed {
  std::string room;
  std::string from;
  std::string to;
};

/// A message from one member to another. Not kept: it is not an entry of any room.
struct direct_message {
  std::string from;
  std::string to;
  wall_time time{};
  std::string text;
};

/// The promise: the message with this id is in the room's log at this position.
struct acknowledged {
  std::string id;
  std::string room;
  position at;
  wall_time time{};
  bool duplicate = false; ///< it had been acknowledged before; this is the first answer again
};

/// The answer to a command.
struct reply {
  std::string ref;                ///< the request's own reference, given back
  std::string command;            ///< e.g. `who`
  std::vector<std::string> lines; ///< for a person
  std::vector<std::string> items; ///< for a program: names, rooms, commands
};

/// A request that was refused.
struct refused {
  std::string ref;
  errc code = errc::protocol_error;
  std::string message;
};

/// Entries that this member should have got after `after` and before `next` are no longer kept. If
/// the epochs differ, or `next` is not after `after`, the log itself is another one, or an older
/// one that was put back, and what is missing cannot be counted.
struct entries_missed {
  std::string room;
  position after; ///< the last one that the member had
  position next;  ///< the first one that the member gets
};

/// What a member is told on joining a room.
struct room_state {
  std::string ref;
  std::string room;
  std::string topic;
  std::vector<std::string> members;
  position head; ///< the position of the last entry
};

/// A part of a room's log.
struct log_range {
  enum class side : std::uint8_t {
    after,  ///< what follows `from`
    before, ///< what comes before `from`; before the zero position: the newest entries
    around, ///< `from` itself, and about as much before it as after it
  };
  side where = side::after;
  position from;
  std::size_t entries = 50; ///< at most
};

/// A page of a room's log, oldest first.
struct history_page {
  std::string ref;
  std::string room;
  std::vector<entry> entries;
  bool earlier = false;             ///< entries are kept before the first one given here
  bool more = false;                ///< the log goes on after the last entry given here
  std::optional<std::uint64_t> gap; ///< entries before this offset are no longer kept
};

/// Everything that the chat can tell a member.
using event = std::variant<entry, member_joined, member_left, member_renamed, direct_message,
                           acknowledged, reply, refused, room_state, entries_missed, history_page>;

} // namespace asio_chat
