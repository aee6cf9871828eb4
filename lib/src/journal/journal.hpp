// The log of every room: what is in it is the truth, and nobody is told what is not in it.
#pragma once

#include "model/identity.hpp"
#include "model/search_query.hpp"

#include <asio_chat/event.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat {

/// An append-only log per room. Every call answers through `done`, later, on the caller's thread,
/// never from inside the call. Appends to one room are answered in the order of the calls, and
/// `open`, `read` and `search` see what was appended by the calls before them.
/// A failure of `append` means that the entry is not in the log and never will be.
class journal {
 public:
  struct log_state {
    position head;     ///< of the last entry; offset 0 in an empty log
    std::string topic; ///< the text of the last entry of kind `topic`
  };
  struct appended {
    entry kept; ///< the draft, with its position and its time in the log
    /// This id of this author is in the log already: `kept` has that entry's position and time, and
    /// nothing was added.
    bool duplicate = false;
  };
  struct record {
    entry what; ///< its id is not kept
    identity author{};
  };
  struct page {
    std::vector<record> entries; ///< oldest first
    bool earlier = false;        ///< entries are kept before them
    bool more = false;           ///< the log goes on after them
    /// Entries from `range.from` on to this offset were asked for and are no longer kept.
    std::optional<std::uint64_t> gap;
    position head; ///< of the log's last entry when this was read
  };
  /// A part of a log, see `log_range`. What is more than `bytes` is left out, at the far end of
  /// what was asked for, but for the first entry. An entry counts as long as its text and
  /// `entry_overhead`.
  struct range {
    log_range of;
    std::size_t bytes = 256 * 1024;
  };
  static constexpr std::size_t entry_overhead = 130;
  struct hits {
    std::vector<entry> entries; ///< oldest first
    bool more = false;          ///< older ones would have been found as well
    /// Older entries could not be searched: their index is being made anew.
    bool incomplete = false;
  };

  using open_done = std::function<void(result<log_state>)>;
  using append_done = std::function<void(result<appended>)>;
  using read_done = std::function<void(result<page>)>;
  using search_done = std::function<void(result<hits>)>;
  using close_done = std::function<void()>;

  virtual ~journal() = default;

  /// What the log of this room holds; an unknown room has an empty log. It is in use from here on.
  virtual void open(std::string room, open_done done) = 0;

  /// Nobody uses the room now: if logs have to be given up, this one goes before those in use.
  virtual void close(const std::string& room, close_done done) = 0;

  /// Adds an entry, durably; its `at` is what the journal makes it, its `time` stays as it is,
  /// which may be before that of the last entry: clocks are set. An `id` that is not empty is the
  /// author's own: the same once more, within the window that the journal was given, is answered
  /// with the position that it has.
  virtual void append(entry draft, const identity& author, append_done done) = 0;

  /// Part of a log. Reading after a position of another epoch, or one before the first entry kept,
  /// begins with the first one kept; entries missed that way are told as `gap`.
  virtual void read(std::string room, range part, read_done done) = 0;

  /// The newest entries that match.
  virtual void search(search_query q, search_done done) = 0;
};

} // namespace asio_chat
