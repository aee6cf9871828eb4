// One watch of all rooms: where it stands in each log, and what it reads next.
#pragma once

#include "transport/completion.hpp"

#include <asio_chat/detail/server_base.hpp>
#include <asio_chat/journal.hpp>
#include <asio_chat/log_watch.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace asio_chat::detail {

/// Hears that something was stored, and reads it when the host asks: so it holds one page at most,
/// and what it gives is what the log has.
class log_watch_base::impl final : public std::enable_shared_from_this<impl> {
 public:
  /// @param logs must live until `end`
  impl(const transport::completion_owner& owner, journal& logs,
       std::map<std::string, position> after, std::weak_ptr<server_base::impl> of);

  void receive(handler h);
  void check_call(const char* operation) const;
  /// Whoever waits gets `operation_aborted`.
  void cancel();
  const std::map<std::string, position>& received() const noexcept { return received_; }

  /// The entry at this position was stored. May be told twice.
  void stored(const std::string& room, const position& at);
  /// Nothing more will be stored: ends when all is received.
  void last();
  /// The journal goes.
  void end();

 private:
  using waiting = transport::completion<result<watched>>;

  void go_on();
  void read(const std::string& room);
  void on_page(const std::string& room, const result<journal::page>& p);
  void give(result<watched> what);

  const transport::completion_owner owner_;
  const std::weak_ptr<server_base::impl> of_;
  journal* logs_;                            ///< null: it has gone
  std::map<std::string, position> read_;     ///< by room, the last entry that was read
  std::map<std::string, position> received_; ///< and the last one that the host has got
  std::set<std::string> behind_;             ///< rooms with more to read
  std::deque<watched> page_;
  waiting waiting_;
  std::uint64_t number_ = 0; ///< of the operation, for its cancellation
  bool reading_ = false;
  bool last_ = false;
};

} // namespace asio_chat::detail
