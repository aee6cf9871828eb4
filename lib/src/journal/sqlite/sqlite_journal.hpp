// The journal in SQLite: durable, sealed, and never in its caller's way.
#pragma once

#include "accounts/name_store.hpp"
#include "accounts/people_store.hpp"
#include "base/clock.hpp"
#include "base/scheduler.hpp"
#include "journal/sqlite/failure_reporter.hpp"
#include "journal/sqlite/retention.hpp"
#include "journal/sqlite/secret_key.hpp"

#include <asio_chat/journal.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace asio_chat {

/// Two threads of its own: one writes, all that waits in one commit; the other reads and searches.
/// Its owner calls from one thread, on which all answers come.
class sqlite_journal final : public journal, public name_store, public people_store {
 public:
  struct options {
    std::string directory; ///< `journal.db` and `keys.db` are in it
    /// The first one wraps new keys, all of them open; see `key_ring`.
    std::vector<sqlite::secret_key> masters{};
    sqlite::retention keep{};
    std::chrono::milliseconds id_window = std::chrono::hours(24); ///< of repeated ids
    /// A new journal may be made though `keys.db` has keys of rooms, whose journal is lost then.
    bool begin_anew = false;
    /// When writing fails and when it works again, and what is found damaged. Called as answers
    /// are.
    sqlite::report_function on_report{};
    const clock* time = nullptr; ///< asked on the journal's threads; the system's if null
    std::string vfs{};           ///< of SQLite; its default if empty
  };

  /// Everything that can be wrong with directory, file or keys is said here, in one sentence.
  /// @param later is called from the journal's threads, and runs its tasks on the caller's
  static result<std::unique_ptr<sqlite_journal>> open(options o, scheduler later);

  /// Waits for the commit under way, and writes the names that were to be written: however long
  /// the disk takes, which `on_report` is told after a second. What else was asked is not done.
  /// Nothing is answered any more.
  ~sqlite_journal() override;

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
  std::string head() const override;

  std::vector<held_name> held_names() override;
  void hold(held_name n, name_store::change_done d) override;
  void release(const identity& who, name_store::change_done d) override;

  void facts_at_start(const hearer& hears) override;
  void keep(std::vector<fact> changes, kept done) override;
  std::string sign(const std::string& statement) const override;
  std::optional<std::uint64_t> proof_of_identity(const identity& who) const override;

  /// Master keys from now on. If another one is first, all keys are wrapped by that one and every
  /// room gets a new key for what comes from here on; waits for the disk.
  /// @return whether it was another one
  result<bool> take_masters(std::vector<sqlite::secret_key> masters);
  using masters_taken = std::function<void(const result<bool>&)>;
  /// The same on a thread of its own, one after the other; the other one waits for those. What is
  /// read and written meanwhile waits for the keys.
  /// @param masters a failure is the answer
  void take_masters(result<std::vector<sqlite::secret_key>> masters, masters_taken done);

 private:
  class workers;

  sqlite_journal(std::unique_ptr<workers> w, sqlite::report_function tell);

  std::unique_ptr<workers> workers_;
  sqlite::report_function tell_; ///< for the caller's thread alone
};

} // namespace asio_chat
