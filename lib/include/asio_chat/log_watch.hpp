// The host program follows all rooms of its server.
#pragma once

#include <asio_chat/detail/host_bases.hpp>
#include <asio_chat/detail/operation.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>

#include <concepts>
#include <map>
#include <string>
#include <utility>

namespace asio_chat {

template <class Executor>
class basic_server;

/// Gives every entry of every room: those of a room in the order of its log, each once, without a
/// gap. A room in `after` begins behind that position; any other one with the first entry that is
/// stored after the watch was made. So make it before the server listens, keep `positions()` where
/// they survive, and give them to the next one: then nothing is missed and nothing comes twice.
///
/// It holds no entries for a host that is slow, except for one page: what was not received yet is
/// read from the log. Each room that was ever seen costs some memory.
///
/// **Executor, threads and completion** are those of `basic_server`. The server may go first, the
/// execution context must not. Destroying the watch ends an operation under way with
/// `operation_aborted`.
template <class Executor = boost::asio::any_io_executor>
class basic_log_watch : private detail::log_watch_base {
  using default_token = boost::asio::default_completion_token_t<Executor>;

 public:
  using executor_type = Executor;
  template <class Other>
  struct rebind_executor {
    using other = basic_log_watch<Other>;
  };

  using receive_signature = void(result<watched>);

  /// @param after by room, the last entry that is known
  template <class Other>
  requires std::constructible_from<Executor, Other>
  explicit basic_log_watch(basic_server<Other>& of, std::map<std::string, position> after = {})
      : log_watch_base(of, std::move(after))
      , executor_(of.get_executor()) {}
  basic_log_watch(basic_log_watch&&) noexcept = default;
  basic_log_watch& operator=(basic_log_watch&&) noexcept = default;

  executor_type get_executor() const noexcept { return executor_; }

  /// Waits for the next entry. Completes with `void(result<watched>)`. One at a time: a second one
  /// fails with `errc::bad_arguments`.
  ///
  /// **Cancellation** of any type (terminal, partial, total) ends it with `operation_aborted`; no
  /// entry is lost.
  ///
  /// **Failures**: `errc::storage_failed`, after which the next call tries again;
  /// `errc::server_stopping` when the server has stopped and all that it has stored was received,
  /// or when it was destroyed.
  template <boost::asio::completion_token_for<receive_signature> Token = default_token>
  auto async_receive(Token&& token = Token()) {
    return detail::begin_operation<receive_signature, Token>(this, "async_receive",
                                                             &basic_log_watch::receive, token);
  }

  /// By room, the last entry that was received.
  using log_watch_base::positions;

 private:
  template <class, class, class>
  friend struct detail::initiation;

  [[no_unique_address]] Executor executor_;
};

/// On any executor.
using log_watch = basic_log_watch<>;

} // namespace asio_chat
