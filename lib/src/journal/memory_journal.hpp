// Logs in memory. They are bounded, and end with the process.
#pragma once

#include "base/scheduler.hpp"
#include "base/sliced_work.hpp"
#include "base/work_watch.hpp"

#include <asio_chat/journal.hpp>

#include <array>
#include <deque>
#include <limits>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

namespace asio_chat {

class memory_log;

/// Keeps the newest entries of the rooms in use, and of those used last. No call and no answer
/// looks at a whole log: longer work is cut into slices of at most `entries_at_once`.
class memory_journal final : public journal {
 public:
  struct bounds {
    std::size_t entries_per_room = 10'000;
    std::size_t bytes_per_room = 8u << 20;
    std::size_t idle_rooms = 10'000; ///< that of the room not used for longest goes first
    /// Of all logs together. Those not in use go first, then the oldest entries of a long one: no
    /// other has twice its bytes.
    std::size_t bytes = 256u << 20;
  };
  static constexpr std::size_t entries_at_once = 64;

  /// @param epoch the epoch of the first logs; it must be later at every start. A log that is made
  ///   after another was dropped has a later one.
  /// @param watch of the slices of searches; may be null
  memory_journal(scheduler later, std::uint64_t epoch, bounds b, work_watch* watch = nullptr);
  ~memory_journal() override;

  void follow(std::string room, std::shared_ptr<listener> to, follow_done done) override;
  void unfollow(std::string room, std::shared_ptr<listener> to, unfollow_done done) override;
  void append(entry draft, const identity& author, append_done done) override;
  void read(std::string room, range part, read_done done) override;
  void search(search_query q, search_done done) override;
  bool destroys() const noexcept override { return true; }
  void destroy(std::string room, std::vector<std::uint64_t> offsets, destroy_done done) override;
  bool drops() const noexcept override { return true; }
  void drop(std::string room, wall_time quiet, drop_done done) override;
  bool trims() const noexcept override { return true; }
  void trim(std::string room, std::uint64_t entries, wall_time since, trim_done done) override;
  bool lists() const noexcept override { return true; }
  void list(std::string from, list_done done) override;

 private:
  struct search_state;
  using logs = std::list<memory_log>;

  /// Makes the log if there is none. It is the newest of its list from here on.
  memory_log& log_of(const std::string& room);
  /// The list that a log is in.
  logs& list_of(const memory_log& l);
  void give_up(logs::iterator l);
  void give_up_idle_logs();
  void clear_away(logs gone);
  /// @param before its bytes
  void count(memory_log& l, std::size_t before);
  void drop_oldest_entry(memory_log& l);
  bool is_too_long(const memory_log& l) const noexcept;
  void drop_oldest_entries(memory_log& l);
  void keep_bounds();
  /// Whether there is more to look at.
  bool search_on(search_state& s);
  struct outgoing;
  void answer(std::function<void()> task);
  void give_answers_later();

  scheduler later_;
  std::uint64_t epoch_;
  bounds bounds_;
  /// Logs by the number of binary digits of their bytes: so a long one is found at once.
  std::array<logs, std::numeric_limits<std::size_t>::digits + 1> in_use_;
  logs idle_; ///< the room used last is at the front
  std::size_t bytes_ = 0;
  std::unordered_map<std::string, logs::iterator> by_room_;
  /// Shared with the task that gives the answers, which may run when the journal is gone.
  std::shared_ptr<outgoing> out_;
  work_watch* watch_;
  sliced_work slices_;
};

} // namespace asio_chat
