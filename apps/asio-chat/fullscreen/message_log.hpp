// The lines of a window, as far as they are held.
#pragma once

#include <asio_chat/entry.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat::app {

struct log_line {
  enum class kind : std::uint8_t {
    message,
    action,
    topic,
    presence, ///< who came, went or has another name; several of them are one line
    notice,   ///< of the client
    answer,   ///< of the server, to a command
    gap,      ///< entries are missing here; positions behind it may be lower than before it
  };
  enum class state : std::uint8_t {
    kept,
    sent,    ///< one's own, and its answer will come
    waiting, ///< one's own, and it is in doubt whether it is said
    refused, ///< one's own; `why` says the reason
  };
  kind what = kind::notice;
  wall_time time{};
  std::string from = {};
  std::string text = {};
  position at = {}; ///< in the room's log; zero: it is not from there
  bool own = false;
  bool mentions = false; ///< one's own name
  state fate = state::kept;
  std::string ref = {}; ///< of one's own line that has no answer yet, or was refused
  std::string why = {};
  std::vector<std::string> joined = {}, left = {}; ///< of `presence`
  entry_reference refers = {};
  bool destroyed = false; ///< its text only says so

  /// What other lines of the log make of it, see `message_log`.
  struct reaction {
    std::string sign;
    std::vector<std::string> by;
  };
  struct folded {
    bool hidden = false; ///< it is seen in the line that it refers to
    bool deleted = false;
    bool edited = false;
    bool pinned = false;
    std::string text = {};  ///< of the newest edit
    std::string quote = {}; ///< what it answers, or pins
    std::vector<reaction> reactions = {};
  };
  folded now = {};

  bool is_said() const noexcept {
    return what == kind::message || what == kind::action || what == kind::topic;
  }
  /// Whether it can be edited, deleted, answered or reacted to.
  bool can_be_meant() const noexcept {
    return (what == kind::message || what == kind::action) && at.offset > 0 && !now.hidden &&
           !now.deleted && (!destroyed || now.edited) &&
           (refers.how == entry_reference::kind::none ||
            refers.how == entry_reference::kind::reply);
  }
};

/// A part of what was said, without a hole, in the order of the room's log. Its length is bounded:
/// where a line comes at one end, one goes at the other. Each line has a number, which grows by one
/// from line to line and stays the line's own, whatever comes before it; only an entry that comes
/// late moves the few behind it.
///
/// Edits, deletions and reactions are lines as well, since they have places in the room's log; they
/// are shown in the line that they refer to as long as that one is held.
class message_log {
 public:
  static constexpr std::size_t max_lines = 500;
  using number = std::int64_t;

  bool empty() const noexcept { return lines_.empty(); }
  std::size_t size() const noexcept { return lines_.size(); }
  bool full() const noexcept { return lines_.size() >= max_lines; }
  number first() const noexcept { return first_; }
  number end() const noexcept { return first_ + static_cast<number>(lines_.size()); }
  const log_line& at(number n) const { return lines_[static_cast<std::size_t>(n - first_)]; }
  log_line& at(number n) { return lines_[static_cast<std::size_t>(n - first_)]; }

  /// Newer than all others, but for those of the room's log with a later position. The oldest goes
  /// if there are too many. What is held already is left out.
  void append(log_line line);
  /// One's own line has got that position.
  /// @return the number of the line that is gone, because it is held twice; none: no line is
  std::optional<number> settle(number n, position at);
  /// Was said after all others, and is not held: the log is cut.
  void miss(position at);
  /// Older than all others, oldest first. The newest go if there are too many, but none of
  /// one's own that is not kept.
  void prepend(std::vector<log_line> page);
  /// The lines that follow in a log that is cut.
  /// @param last whether the room's log has no more
  void resume(std::vector<log_line> page, bool last);
  /// Another part of the room's log, instead of what is held.
  /// @param more whether the room's log goes on behind it
  void replace(std::vector<log_line> page, bool more);
  /// Forgets all lines but one's own that are not kept.
  void clear();
  /// How often it was: a page that was asked for before does not fit any more.
  std::size_t generation() const noexcept { return generation_; }

  /// Whether lines that were said after the last one are not held, and about how many.
  bool cut() const noexcept { return beyond_ > 0; }
  std::size_t beyond() const noexcept { return beyond_; }
  /// The position of the first or last line that is in the room's log; zero if there is none.
  position oldest() const noexcept;
  position newest() const noexcept;
  /// That of the newest line of the room's log that was heard of.
  position last_heard() const noexcept { return last_; }

 private:
  void insert(log_line line);
  void put_before_unsaid(std::vector<log_line> page);
  void fold();

  bool refers_ = false; ///< a line that was taken in refers to another one
  std::deque<log_line> lines_;
  number first_ = 0;
  std::size_t beyond_ = 0;
  std::size_t generation_ = 0;
  position last_; ///< of the newest line of the room's log that was heard of
};

} // namespace asio_chat::app
