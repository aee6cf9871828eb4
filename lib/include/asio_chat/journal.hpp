// The log of every room: what is in it is the truth, and nobody is told what is not in it.
#pragma once

#include <asio_chat/search_query.hpp>

#include <asio_chat/entry.hpp>
#include <asio_chat/error.hpp>
#include <asio_chat/event.hpp>
#include <asio_chat/identity.hpp>
#include <asio_chat/search_query.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat {

/// An append-only log per room. Several users may append to a log: hubs of this process, or of
/// other machines. Every call answers through `done`, later, on the caller's thread, never from
/// inside the call. The calls of one user about one room take effect in their order, and are
/// answered in their order; only the answers to `read` and `search` may come later. Both see what
/// was appended by the calls before them. A failure of `append` means that the entry is not in the
/// log and never will be.
class journal {
 public:
  struct log_state {
    position head;     ///< of the last entry; offset 0 in an empty log
    std::string topic; ///< the text of the last entry of kind `topic`
  };
  struct appended {
    position at;    ///< with a tag, if the journal has them
    wall_time time; ///< of the entry in the log
    /// This id of this author is in the log already: position and time are that entry's, and
    /// nothing was added.
    bool duplicate = false;
  };
  struct record {
    entry what; ///< its id is not kept; of those that are stored together the last has a tag
    identity author{};
  };
  /// What epoch and tag of `range.from` say of the log.
  enum class log_is : std::uint8_t {
    as_known, ///< nothing else is known
    cut_back, ///< it has ended before an entry that the reader has heard of, and may have gone on
              ///< from there: what follows comes behind what the two have in common
    another,  ///< it has had other entries: what follows are all that are kept
  };
  struct page {
    std::vector<record> entries; ///< oldest first
    bool earlier = false;        ///< entries are kept before them
    bool more = false;           ///< the log goes on after them
    /// Entries from `range.from` on to this offset were asked for and are no longer kept.
    std::optional<std::uint64_t> gap;
    position head; ///< of the log's last entry when this was read
    log_is compared = log_is::as_known;
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

  /// Gets the entries of a log, on the thread of the journal's user. The journal keeps it until
  /// `unfollow` is answered, or until the journal itself is destroyed.
  class listener {
   public:
    virtual ~listener() = default;
    /// `next` is the next entry of the log. The call may destroy the journal.
    virtual void on_entry(record next) = 0;
  };

  using follow_done = std::function<void(result<log_state>)>;
  using append_done = std::function<void(result<appended>)>;
  using read_done = std::function<void(result<page>)>;
  using search_done = std::function<void(result<hits>)>;
  using unfollow_done = std::function<void()>;

  virtual ~journal() = default;

  /// Answers with the state of the log; an unknown room has an empty log. From that state on, `to`
  /// gets every entry that is committed, whoever appended it: in the order of the log, without a
  /// gap, each once, never from inside a call. If the answer is a failure, `to` gets nothing. Later
  /// failures of the disk or of the network may delay entries; they lose none. A log that is
  /// followed is in use.
  virtual void follow(std::string room, std::shared_ptr<listener> to, follow_done done) = 0;

  /// Ends one `follow`. Before the answer `to` gets all that this user has appended before the
  /// call; after the answer it gets nothing. If the journal has to drop logs, those not in use go
  /// first.
  virtual void unfollow(std::string room, std::shared_ptr<listener> to, unfollow_done done) = 0;

  /// Adds an entry, durably. The journal sets its `at`. Its `time` stays as it is, and may be
  /// before that of the last entry, since clocks are set. An `id` that is not empty is the author's
  /// own: if it is repeated within the window that the journal was given, the answer is the
  /// position of the first entry, and comes after that entry has been handed to the listeners. The
  /// answer to a new entry comes directly before the entry itself: a user who follows the log knows
  /// by the position that this entry is their own.
  virtual void append(entry draft, const identity& author, append_done done) = 0;

  /// Part of a log. Reading after a position of an epoch that the log has not been in, or one
  /// before the first entry kept, begins with the first one kept; entries missed that way are told
  /// as `gap`. So does reading after a position whose tag names another log. A log that was put
  /// back to an older state goes on in another epoch; the entries before that keep theirs.
  virtual void read(std::string room, range part, read_done done) = 0;

  /// The newest entries that match.
  virtual void search(search_query q, search_done done) = 0;

  /// Whether `destroy` destroys anything. Where it does not, nothing can be edited or deleted.
  virtual bool destroys() const noexcept { return false; }

  using destroy_done = std::function<void(result<void>)>;
  /// Destroys what these entries of a room have said, for good and durably: from the answer on they
  /// are read as `entry_kind::destroyed`, and no search finds them. Their places, times, authors
  /// and what they refer to stay. Offsets that there are not, or whose texts are destroyed already,
  /// are passed over. If the answer is a failure, some of them may be destroyed. Is called only if
  /// `destroys` says so.
  virtual void destroy(std::string room, std::vector<std::uint64_t> offsets, destroy_done done) {
    static_cast<void>(room);
    static_cast<void>(offsets);
    done(fail(errc::not_available, "this journal destroys nothing"));
  }

  /// What became of a log that was to be dropped.
  enum class drop_state : std::uint8_t {
    kept,   ///< it is in use, or something was said in it since; or the journal cannot now
    partly, ///< as much is gone as goes at once: call again for the rest
    gone,   ///< it has no entries: whoever follows it finds an empty log
  };
  using drop_done = std::function<void(result<drop_state>)>;
  /// Whether `drop` drops anything.
  virtual bool drops() const noexcept { return false; }
  /// Takes out all entries of a log that nobody follows and in which nothing was said since
  /// `quiet`, for good and durably. Positions in it are not given again. A journal that does not
  /// believe the caller's clock keeps the log for longer. Is called only if `drops` says so.
  virtual void drop(std::string room, wall_time quiet, drop_done done) {
    static_cast<void>(room);
    static_cast<void>(quiet);
    done(fail(errc::not_available, "this journal drops no logs"));
  }

  using trim_done = std::function<void(result<bool>)>;
  /// Whether `trim` takes anything out.
  virtual bool trims() const noexcept { return false; }
  /// Takes out of a log what is not among its newest `entries`, and what was said before `since`,
  /// for good and durably, whoever follows it, and destroys the texts of those. The oldest go
  /// first; what stands behind something that stays, stays. Entries that stay keep their positions,
  /// and a page from before them has a `gap`. A journal that stores several entries together may
  /// keep some for as long as the newest of those, and one that does not believe the caller's clock
  /// keeps them for longer. Answers whether there is more of it: call again for the rest. After a
  /// failure some may be gone; it is tried again later. Is called only if `trims` says so.
  /// @param entries 0: all, whatever their number
  /// @param since `wall_time()`: however long ago it was said
  virtual void trim(std::string room, std::uint64_t entries, wall_time since, trim_done done) {
    static_cast<void>(room);
    static_cast<void>(entries);
    static_cast<void>(since);
    done(fail(errc::not_available, "this journal trims no logs"));
  }

  /// Names of logs.
  struct log_list {
    std::vector<std::string> rooms; ///< in no order
    std::string next;               ///< to go on from; empty: these were the last
  };
  using list_done = std::function<void(result<log_list>)>;
  /// Whether `list` lists anything.
  virtual bool lists() const noexcept { return false; }
  /// Some of the logs that have entries. Whoever goes on from `next` until that is empty has heard
  /// of each that was there when they began. Is called only if `lists` says so.
  /// @param from empty: the first ones; else `next` of the answer before
  virtual void list(std::string from, list_done done) {
    static_cast<void>(from);
    done(fail(errc::not_available, "this journal lists no logs"));
  }

  /// One line that names all that is stored, what was answered so far at least: to be kept
  /// elsewhere, so that a state that was put back shows. Empty: there is none, as in memory. Does
  /// not wait.
  virtual std::string head() const { return {}; }
};

} // namespace asio_chat
