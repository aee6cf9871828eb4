// A journal whose disk is a value: committed entries survive a crash, waiting ones do not.
#pragma once

#include "accounts/people_store.hpp"
#include "journal/log_feed.hpp"

#include <asio_chat/log_span.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace asio_chat::simulation {

/// A broken promise ends the run; its seed shows it again.
struct broken_promise {
  std::string what;
};

/// The contents of the disk.
struct disk {
  struct log {
    std::vector<journal::record> entries; ///< all entries that were ever committed
    std::uint64_t first = 1;              ///< the first offset that is still kept
  };
  std::map<std::string, log> logs;
  std::map<std::string, std::uint64_t> offset_of_id; ///< by room, author and id
  std::map<std::pair<fact_kind, std::string>, fact> facts;
};

/// Calls wait until the simulation carries them out, or crashes. Answers come one by one, and that
/// of an append brings its entry with it. Answers of reads may overtake the others, and be
/// overtaken.
class disk_journal final : public journal, public people_store {
 public:
  static constexpr std::uint64_t epoch = 7;

  explicit disk_journal(disk& d)
      : disk_(d) {}

  void follow(std::string room, std::shared_ptr<listener> to, follow_done done) override;
  void unfollow(std::string room, std::shared_ptr<listener> to, unfollow_done done) override;
  void append(entry draft, const identity& author, append_done done) override;
  void read(std::string room, range part, read_done done) override;
  void search(search_query, search_done) override {}
  bool destroys() const noexcept override { return true; }
  void destroy(std::string room, std::vector<std::uint64_t> offsets, destroy_done done) override;
  bool trims() const noexcept override { return true; }
  void trim(std::string room, std::uint64_t entries, wall_time since, trim_done done) override;
  bool lists() const noexcept override { return true; }
  void list(std::string from, list_done done) override;

  void facts_at_start(const hearer& hears) override;
  void keep(std::vector<fact> changes, kept done) override;

  /// Carries out at most so many of the calls that wait.
  /// @param full whether the disk is full, so that appends fail
  void commit(std::size_t most, bool full);
  /// Gives one answer. Returns false if there is none to give.
  bool answer() { return give_one(answers_); }
  bool answer_read() { return give_one(pages_); }
  bool idle() const noexcept { return calls_.empty() && answers_.empty() && pages_.empty(); }

 private:
  static bool give_one(std::deque<std::function<void()>>& from);
  void put(const fact& f);

  disk& disk_;
  log_feed feed_;
  std::deque<std::function<void(bool full)>> calls_;
  std::deque<std::function<void()>> answers_;
  std::deque<std::function<void()>> pages_;
};

} // namespace asio_chat::simulation
