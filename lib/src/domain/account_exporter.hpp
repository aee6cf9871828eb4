// All that is kept of an account, for its member: a piece at a time.
#pragma once

#include "accounts/account_export.hpp"
#include "base/clock.hpp"
#include "base/scheduler.hpp"
#include "base/work_watch.hpp"
#include "domain/read_turns.hpp"

#include <asio_chat/error.hpp>
#include <asio_chat/journal.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat {

/// Goes through what is known and through all logs, and is read as far as its member asks: it holds
/// two pieces at most, and what one page of a log has added. The pages are read in the turns of the
/// member, beside its history and searches. It may outlast the connection that has begun it: each
/// piece can be asked for once more, since its answer may have been lost.
class account_exporter : public std::enable_shared_from_this<account_exporter> {
 public:
  struct services {
    journal& log;
    const people& known;
    work_watch* watch;          ///< may be null
    std::weak_ptr<void> in_use; ///< has gone with the others
    scheduler later;
  };
  struct piece {
    std::string text;      ///< of the lines, each with its end; may begin and end within one
    std::string next{};    ///< what the one that follows is asked for by; empty: this was the last
    std::size_t lines = 0; ///< until now
  };
  using done = std::function<void(result<piece>)>;

  /// @param word of no other export, also not of one before a restart
  account_exporter(services s, const identity& account, std::string word);

  /// Whether a piece can be asked for by this: the one that follows, or the last one again.
  bool has(std::string_view asked_for) const;
  /// One is being made, for this connection.
  bool is_at_work() const noexcept { return at_work_; }
  std::uint64_t asker() const noexcept { return asker_; }
  /// Makes a piece that it has; empty: the first one, once.
  /// @param asker the number of the connection
  /// @param then later; not at all if the services have gone. Who has asked before for the same
  /// piece, and was not answered, is refused.
  void make(std::string_view asked_for, std::uint64_t asker, std::shared_ptr<read_turns> turns,
            done then);

 private:
  static constexpr std::size_t max_bytes =
      28 * 1024;                               ///< a frame has twice as many, of quotes alone
  static constexpr std::size_t max_reads = 16; ///< of logs, for one piece
  static constexpr std::size_t entries_at_once = 256;
  static constexpr std::size_t bytes_at_once = 64 * 1024;

  std::string name_of(std::uint64_t number) const;
  void answer(const result<piece>& made);
  void go_on();
  void go_on_later();
  void list();
  void read();
  void look_at(const std::string& log, const journal::page& p);
  void add(std::string line);
  void finish();
  void give();

  services services_;
  account_export all_;
  identity account_;
  std::string word_;
  std::uint64_t asked_ = 1;      ///< the number of the piece that was asked for last
  std::optional<piece> given_{}; ///< the same piece, once it is made
  std::uint64_t asker_ = 0;
  std::shared_ptr<read_turns> turns_{};
  bool at_work_ = false;
  done then_{};                     ///< of the piece that is being made
  std::size_t reads_ = 0;           ///< for it
  std::string ready_{};             ///< what was not given yet
  bool listed_ = false;             ///< all logs
  std::string from_{};              ///< the next ones are listed from there
  std::vector<std::string> logs_{}; ///< to be looked through: the last one first
  position place_{};                ///< in the last of them
  std::size_t lines_ = 0;
  std::size_t unread_ = 0; ///< logs that are damaged: the others are no worse for it
};

/// The exports that are not over, or not for long. So many, and no more: they are of use for as
/// long as a client may take to come back.
class account_exports {
 public:
  static constexpr std::size_t max_kept = 64;
  static constexpr std::chrono::minutes kept_for{10}; ///< after the last piece was asked for

  /// @param time must live as long
  explicit account_exports(const clock& time)
      : time_(time) {}

  /// Null: there is none of this account.
  account_exporter* find(const identity& account);
  /// In the place of the one before; the one that was not asked for longest gives way.
  /// @returns false if all are at work
  bool keep(const identity& account, std::shared_ptr<account_exporter> made);
  void drop(const identity& account) { kept_.erase(account); }
  std::size_t size() const noexcept { return kept_.size(); }

 private:
  struct place {
    std::shared_ptr<account_exporter> it;
    steady_time asked;
  };
  void drop_old();

  const clock& time_;
  std::map<identity, place> kept_; ///< by account
};

} // namespace asio_chat
