// The host program as a member of its own server: it speaks, and reads what was said.
#pragma once

#include <asio_chat/entry.hpp>
#include <asio_chat/error.hpp>
#include <asio_chat/event.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <utility>

namespace asio_chat {

class server;

/// Something that the host says.
struct host_message {
  std::string room; ///< whether it has members or not
  std::string text; ///< sanitized and limited like that of a member; `limits::text_bytes`
  entry_kind kind = entry_kind::message;
  /// A message of the same name and id is stored once within `limits::id_time`. Empty: always.
  std::string id = {};
};

/// A member that has no connection, is in no room and in no list, and whose name nobody else can
/// take. Neither rights nor `server_hooks::on_post` concern it.
///
/// **Threads and completion** are those of `server`. Operations cannot be cancelled; they complete
/// with `errc::server_stopping` if the server has gone. If it goes while one is under way, its
/// handler is destroyed without being called.
///
/// **Lifetime.** The server may go first, the io_context must not. Destroying the object gives the
/// name back; what is under way goes on.
class host_member {
 public:
  /// Reserves the name, also where it was held for a member who has left.
  /// @throws asio_chat::error if it is no name (`errc::name_invalid`), or a member who is here or
  /// another `host_member` has it (`errc::name_taken`)
  host_member(server& in, std::string name);
  ~host_member();
  host_member(const host_member&) = delete;
  host_member& operator=(const host_member&) = delete;
  host_member(host_member&&) noexcept;
  host_member& operator=(host_member&&) noexcept;

  const std::string& name() const noexcept;

  /// Says something. Completes with `void(result<position>)` when it is stored, which is before any
  /// member is told; messages are stored in the order of the calls. After `server::async_stop`
  /// nothing more is said. Failures: `errc::room_invalid`, `errc::text_empty`,
  /// `errc::text_too_long`, `errc::storage_failed`.
  template <boost::asio::completion_token_for<void(result<position>)> Token>
  auto async_post(host_message what, Token&& token) {
    return boost::asio::async_initiate<Token, void(result<position>)>(
        [this](auto handler, host_message m) {
          post(std::move(m), post_handler(std::move(handler)));
        },
        token, std::move(what));
  }

  /// Reads a part of the log of any room. Completes with `void(result<history_page>)`; a page has
  /// 1000 entries at most, and about 256 KiB. Works until the server is destroyed. A room that
  /// there never was has an empty log. Failures: `errc::room_invalid`, `errc::storage_failed`.
  template <boost::asio::completion_token_for<void(result<history_page>)> Token>
  auto async_history(std::string room, log_range part, Token&& token) {
    return boost::asio::async_initiate<Token, void(result<history_page>)>(
        [this](auto handler, std::string r, log_range p) {
          history(std::move(r), p, history_handler(std::move(handler)));
        },
        token, std::move(room), part);
  }

 private:
  using post_handler = boost::asio::any_completion_handler<void(result<position>)>;
  using history_handler = boost::asio::any_completion_handler<void(result<history_page>)>;
  void post(host_message what, post_handler handler);
  void history(std::string room, log_range part, history_handler handler);

  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace asio_chat
