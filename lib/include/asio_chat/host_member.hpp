// The host program as a member of its own server: it speaks, and reads what was said.
#pragma once

#include <asio_chat/detail/host_bases.hpp>
#include <asio_chat/detail/operation.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>

#include <concepts>
#include <string>
#include <utility>

namespace asio_chat {

template <class Executor>
class basic_server;

/// A member that has no connection, is in no room and in no list, and whose name nobody else can
/// take. Neither rights nor `server_hooks::on_post` concern it.
///
/// **Executor, threads and completion** are those of `basic_server`. Operations fail with
/// `errc::server_stopping` if the server has gone before the call, and with
/// `boost::asio::error::operation_aborted` if it goes while they are under way. They take one block
/// of memory from the associated allocator of their handler and give it back before the handler is
/// called.
///
/// **Lifetime.** The server may go first, the execution context must not. Destroying the object
/// gives the name back; what is under way goes on.
template <class Executor = boost::asio::any_io_executor>
class basic_host_member : private detail::host_member_base {
  using default_token = boost::asio::default_completion_token_t<Executor>;

 public:
  using executor_type = Executor;
  template <class Other>
  struct rebind_executor {
    using other = basic_host_member<Other>;
  };

  using post_signature = void(result<position>);
  using history_signature = void(result<history_page>);

  /// Reserves the name, also where it was held for a member who has left.
  /// @throws asio_chat::error if it is no name (`errc::name_invalid`), or a member who is here or
  /// another `host_member` has it (`errc::name_taken`)
  template <class Other>
  requires std::constructible_from<Executor, Other> basic_host_member(basic_server<Other>& in,
                                                                      std::string name)
      : host_member_base(in, std::move(name))
      , executor_(in.get_executor()) {}
  basic_host_member(basic_host_member&&) noexcept = default;
  basic_host_member& operator=(basic_host_member&&) noexcept = default;

  executor_type get_executor() const noexcept { return executor_; }

  using host_member_base::name;

  /// Says something. Completes with `void(result<position>)` when it is stored, which is before any
  /// member is told; messages are stored in the order of the calls. After `server::async_stop`
  /// nothing more is said. Failures: `errc::room_invalid`, `errc::text_empty`,
  /// `errc::text_too_long`, `errc::storage_failed`, `errc::server_stopping`.
  ///
  /// Cancellation: terminal and partial end the operation, and the message is stored all the same;
  /// total does nothing. Whoever gave it an id may say it again with the same id.
  template <boost::asio::completion_token_for<post_signature> Token = default_token>
  auto async_post(host_message what, Token&& token = Token()) {
    return detail::begin_operation<post_signature, Token>(
        this, "async_post", &basic_host_member::post, token, std::move(what));
  }

  /// Reads a part of the log of any room. Completes with `void(result<history_page>)`; a page has
  /// 1000 entries at most, and about 256 KiB. Works until the server is destroyed. A room that
  /// there never was has an empty log. Failures: `errc::room_invalid`, `errc::storage_failed`.
  ///
  /// Cancellation of any type (terminal, partial, total) ends it; what is read is thrown away.
  template <boost::asio::completion_token_for<history_signature> Token = default_token>
  auto async_history(std::string room, log_range part, Token&& token = Token()) {
    return detail::begin_operation<history_signature, Token>(
        this, "async_history", &basic_host_member::history, token, std::move(room), part);
  }

 private:
  template <class, class, class>
  friend struct detail::initiation;

  [[no_unique_address]] Executor executor_;
};

/// On any executor.
using host_member = basic_host_member<>;

} // namespace asio_chat
