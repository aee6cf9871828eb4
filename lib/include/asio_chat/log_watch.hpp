// The host program follows all rooms of its server.
#pragma once

#include <asio_chat/entry.hpp>
#include <asio_chat/error.hpp>
#include <asio_chat/event.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/io_context.hpp>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace asio_chat {

class server;

/// An entry of a log, or that entries which should have come are no longer kept.
using watched = std::variant<entry, entries_missed>;

/// Gives every entry of every room: those of a room in the order of its log, each once, without a
/// gap. A room in `after` begins behind that position; any other one with the first entry that is
/// stored after the watch was made. So make it before the server listens, keep `positions()` where
/// they survive, and give them to the next one: then nothing is missed and nothing comes twice.
///
/// It holds no entries for a host that is slow, except for one page: what was not received yet is
/// read from the log. Each room that was ever seen costs some memory.
///
/// **Threads and completion** are those of `server`. The server may go first, the io_context must
/// not. Destroying the watch ends an operation under way with `operation_aborted`.
class log_watch {
 public:
  /// @param after by room, the last entry that is known
  explicit log_watch(server& of, std::map<std::string, position> after = {});
  ~log_watch();
  log_watch(const log_watch&) = delete;
  log_watch& operator=(const log_watch&) = delete;
  log_watch(log_watch&&) noexcept;
  log_watch& operator=(log_watch&&) noexcept;

  /// Waits for the next entry. Completes with `void(result<watched>)`. One at a time: a second one
  /// fails with `errc::bad_arguments`.
  ///
  /// **Cancellation** of any type ends it with `operation_aborted`; no entry is lost.
  ///
  /// **Failures**: `errc::storage_failed`, after which the next call tries again;
  /// `errc::server_stopping` when the server has stopped and all that it has stored was received,
  /// or when it was destroyed.
  template <boost::asio::completion_token_for<void(result<watched>)> Token>
  auto async_receive(Token&& token) {
    return boost::asio::async_initiate<Token, void(result<watched>)>(
        [this](auto handler) { receive(receive_handler(std::move(handler))); }, token);
  }

  /// By room, the last entry that was received.
  const std::map<std::string, position>& positions() const noexcept;

  class impl; ///< internal

 private:
  using receive_handler = boost::asio::any_completion_handler<void(result<watched>)>;
  void receive(receive_handler handler);

  std::shared_ptr<impl> impl_;
};

} // namespace asio_chat
