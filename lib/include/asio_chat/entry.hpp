// An entry of a room's log, and its place in it.
#pragma once

#include <asio_chat/time.hpp>

#include <compare>
#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace asio_chat {

/// A place in the log of a room. Offsets grow by one from 1: after {7, 41}, {7, 43} means that one
/// entry is missing. An epoch begins when a log is made anew (in memory with each start): {8, 1} is
/// of a log without what was read. It also begins where a log on the disk goes on that was put back
/// to an older state: {8, 42} may follow {7, 41}, and entries from before keep their epoch.
///
/// Such a log has other entries than before under the same offsets. So a position may have a tag,
/// by which the server knows whether its log is the one that the reader knew. Keep it as you were
/// given it. A position without a tag proves nothing; it is used like any other. Positions are
/// compared by epoch and offset alone.
struct position {
  std::uint64_t epoch = 0;
  std::uint64_t offset = 0; ///< 0: before the first entry
  /// Names the log up to the entry `tag_offset` of the same epoch; 0: there is none. That entry is
  /// this one, or another one that was heard of: an acknowledgement may be ahead of what was read.
  std::uint64_t tag = 0;
  std::uint64_t tag_offset = 0;

  friend bool operator==(const position& a, const position& b) noexcept {
    return a.epoch == b.epoch && a.offset == b.offset;
  }
  friend std::strong_ordering operator<=>(const position& a, const position& b) noexcept {
    const auto epochs = a.epoch <=> b.epoch;
    return epochs != 0 ? epochs : a.offset <=> b.offset;
  }
};

enum class entry_kind : std::uint8_t {
  message, ///< a member says something
  action,  ///< a member does something: `/me waves`
  topic,   ///< a member sets the room's topic
  /// Whatever it was, what it said was destroyed for good; its place, time and author remain. Only
  /// a server's log makes one.
  destroyed,
};

/// The text of an entry that was destroyed: those who do not look at its kind show it as what was
/// said.
inline constexpr std::string_view destroyed_text = "(this text was destroyed)";

/// What an entry does to another one of the same log: it refers to that by its offset.
struct entry_reference {
  enum class kind : std::uint8_t {
    none,     ///< it refers to nothing
    edit,     ///< its text stands in the place of the other one's, which was destroyed
    removal,  ///< the other one was deleted: what it said was destroyed
    reply,    ///< it answers the other one
    reaction, ///< its text is a reaction to the other one; repeated, it is taken back
    pin,      ///< the other one is among the pins of the room from here on
    unpin,    ///< it is not any more
  };
  kind how = kind::none;
  std::uint64_t offset = 0;
  friend bool operator==(const entry_reference&, const entry_reference&) = default;
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
  entry_reference refers = {}; ///< to an earlier entry of the same log; mostly to none
  friend bool operator==(const entry&, const entry&) = default;
};

} // namespace asio_chat
