// All that is kept of an account, for its member: a piece at a time.
#pragma once

#include "accounts/account_export.hpp"
#include "base/scheduler.hpp"
#include "base/work_watch.hpp"
#include "domain/read_turns.hpp"

#include <asio_chat/error.hpp>
#include <asio_chat/journal.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat {

/// Goes through what is known and through all logs, and is read as far as its member asks: it holds
/// one piece, and what one page of a log has added to it. The pages are read in the turns of the
/// member, beside its history and searches.
class account_exporter : public std::enable_shared_from_this<account_exporter> {
 public:
  struct services {
    journal& log;
    const people& known;
    work_watch* watch;          ///< may be null
    std::weak_ptr<void> in_use; ///< has gone with the others
    scheduler later;
    std::shared_ptr<read_turns> turns;
  };
  struct piece {
    std::string text;       ///< of the lines, each with its end; may begin and end within one
    std::uint64_t next = 0; ///< the number of the one that follows; 0: this was the last
    std::size_t lines = 0;  ///< until now
  };
  using done = std::function<void(result<piece>)>;

  /// @param asker the number of the connection that it is for: another one of the account begins
  /// anew, and this one's pieces are no more
  /// @param before the number of the last piece of the export before, which has no more of them
  account_exporter(services s, const identity& account, std::uint64_t asker, std::uint64_t before);

  /// Whether this is what `piece::next` has told that connection.
  bool has_next(std::uint64_t asker, std::string_view number) const;
  std::uint64_t last_number() const noexcept { return number_; }
  /// One is being made: there is no other meanwhile.
  bool is_at_work() const noexcept { return then_ != nullptr; }
  /// Makes the next piece.
  /// @param then later; not at all if the services have gone
  void make(done then);

 private:
  static constexpr std::size_t max_bytes =
      28 * 1024;                               ///< a frame has twice as many, of quotes alone
  static constexpr std::size_t max_reads = 16; ///< of logs, for one piece
  static constexpr std::size_t entries_at_once = 256;
  static constexpr std::size_t bytes_at_once = 64 * 1024;

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
  std::uint64_t asker_;
  std::uint64_t number_;            ///< of the next piece
  bool over_ = false;               ///< there is none
  done then_;                       ///< of the piece that is being made
  std::size_t reads_ = 0;           ///< for it
  std::string ready_{};             ///< what was not given yet
  bool listed_ = false;             ///< all logs
  std::string from_{};              ///< the next ones are listed from there
  std::vector<std::string> logs_{}; ///< to be looked through: the last one first
  position place_{};                ///< in the last of them
  std::size_t lines_ = 0;
  std::size_t unread_ = 0; ///< logs that are damaged: the others are no worse for it
};

} // namespace asio_chat
