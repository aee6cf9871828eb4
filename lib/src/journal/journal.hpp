// The log of every room: what is in it is the truth, and nobody is told what is not in it.
#pragma once

#include <asio_chat/event.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat {

/// An append-only log per room. Every call answers through `done`, later, on the caller's thread,
/// never from inside the call; answers about one room come in the order of the calls.
/// A failure of `append` means that the entry is not in the log and never will be.
class journal {
 public:
  struct log_state {
    position head;     ///< of the last entry; offset 0 in an empty log
    wall_time time{};  ///< of the last entry
    std::string topic; ///< the text of the last entry of kind `topic`
  };
  struct appended {
    entry kept; ///< with its position
    /// This id of this author is in the log already: `kept` is that entry, and nothing was added.
    bool duplicate = false;
  };
  struct page {
    std::vector<entry> entries; ///< oldest first
    bool more = false;          ///< the log goes on after them
    /// Entries before this offset were asked for and are no longer kept.
    std::optional<std::uint64_t> gap;
  };

  using open_done = std::function<void(result<log_state>)>;
  using append_done = std::function<void(result<appended>)>;
  using read_done = std::function<void(result<page>)>;

  virtual ~journal() = default;

  /// What the log of this room holds; an unknown room has an empty log. It is in use from here on.
  virtual void open(std::string room, open_done done) = 0;

  /// Nobody uses the room now: if logs have to be given up, this one goes before those in use.
  virtual void close(const std::string& room) = 0;

  /// Adds an entry, durably; its `at` is what the journal makes it, and a `time` before that of the
  /// last entry becomes that one: times in a log never decrease. An `id` that is not empty is the
  /// author's own: the same once more is answered with the entry that is there.
  virtual void append(entry draft, append_done done) = 0;

  /// Entries after a position, at most `limit`. A position of another epoch, or before the first
  /// entry kept, reads from the first one kept; entries missed that way are told as `gap`.
  virtual void read(std::string room, position after, std::size_t limit, read_done done) = 0;
};

} // namespace asio_chat
