// A chat client on the io_context of the program that embeds it.
#pragma once

#include <asio_chat/close_reason.hpp>
#include <asio_chat/event.hpp>
#include <asio_chat/log.hpp>
#include <asio_chat/memory_transport.hpp>
#include <asio_chat/tls_config.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace asio_chat {

/// A client's identity and what it has read: kept by a program that goes on, after its own restart,
/// where it stopped. The token is a secret, of which the server keeps only a hash: a client with
/// it is this member. Keep it where only the program can read it, for that one server; it is never
/// logged.
struct resume_state {
  std::string token; ///< empty: no member yet
  /// Of each room that the client is in, the last entry that `async_receive` has given, or its own
  /// that was acknowledged right behind it.
  std::map<std::string, position> positions;
};

struct client_config {
  std::string host = "127.0.0.1"; ///< name or address
  std::uint16_t port = 8443;
  std::string name; ///< to be known by; empty: the server gives one
  std::string room = "lobby";
  /// How many of its last entries come first, as events, in a room that was not joined before;
  /// none: as many as the server is set to give, which is the most it gives in any case.
  std::optional<std::size_t> history;
  resume_state resume; ///< of an earlier client: be the same member, read on there
  std::optional<std::string> passphrase; ///< where the server wants one
  tls_client_config tls;

  bool reconnect = true; ///< come back by itself after a connection was lost
  std::chrono::milliseconds connect_time = std::chrono::seconds(10); ///< name, TCP, TLS and login
  std::chrono::milliseconds retry_first = std::chrono::milliseconds(500);
  std::chrono::milliseconds retry_most = std::chrono::seconds(30); ///< doubles up to this, jittered
  /// Of the server's silence before a ping; after twice that without a byte the connection is lost.
  /// From 1 ms to a day. That the server hears us within the idle time that it tells is seen to in
  /// any case.
  std::chrono::milliseconds ping_time = std::chrono::seconds(60);
  log_function log;
};

/// The client is connected and logged in. The first time `async_connect` gives it; after each
/// reconnection it is the first event.
struct connected {
  std::string name; ///< as the server knows us; may differ from the one asked for
  tls_info tls;
  std::size_t text_bytes = 0;        ///< the longest text the server takes
  std::vector<std::string> commands; ///< what the server's command table offers, without `/`
  bool again = false;                ///< not the first time
};

/// The connection is gone; or an attempt to come back has failed.
struct disconnected {
  close_reason reason;
  /// When the client tries again; none: it does not, and `async_receive` ends after this event.
  std::optional<std::chrono::milliseconds> retry_in;
  /// Why the attempt failed, as `async_connect` would have ended; none: a connection is gone. Of
  /// the attempts after one lost connection, those that fail for the same reason are told once.
  error_code attempt = {};
};

/// The certificate that a server showed, for a person to compare and a program to pin.
struct server_certificate {
  std::string subject;     ///< e.g. `CN=localhost`
  std::string fingerprint; ///< SHA-256, `AB:CD:…`; empty if no certificate was seen
  std::string pin;         ///< `sha256/BASE64`, as `tls_client_config::pins` takes it
  bool self_issued = false;
};

/// What happens to a client, in order.
using client_event = std::variant<connected, disconnected, entry, member_joined, member_left,
                                  member_renamed, direct_message, acknowledged, reply, refused,
                                  room_state, entries_missed, history_page>;

/// One connection to one server, made anew when it is lost. Runs on the caller's io_context, on
/// one thread; no threads and no globals of its own (Asio looks names up on a thread of its).
/// Any completion token will do; a handler runs on its associated executor, never inside the call
/// that it completes. Destroying the client, at any moment, cancels what is under way: handlers are
/// called with `operation_aborted`.
///
/// After a lost connection the client comes back as the same member, with the name and the rooms
/// that were had, and `connected` is told when that is done. Then comes what was missed, as events
/// like any others, before anything newer: in the order of each room's log, no entry twice, none
/// left out but the client's own. What is no longer kept is told by `entries_missed`; so is a log
/// that is another one. A name that another member bears now is waited for. Where trust, the
/// passphrase or this client's certificate is the matter, or the server says so, the client does
/// not try again. Why an attempt fails is told by `disconnected`.
///
/// Messages outlive a connection: what is not acknowledged is sent again, in its order and with its
/// id, before what is sent later, and the server keeps it once. Commands and pages of history do
/// not: they end with `errc::connection_lost`.
///
/// Events have to be received: while thousands of them wait, the client reads nothing more.
class client {
 public:
  /// @throws asio_chat::error if a duration is none: each is a millisecond to a day, and
  /// `retry_most` is not less than `retry_first`
  client(boost::asio::io_context& context, client_config config);
  ~client();
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  /// Looks up, connects, verifies, logs in, and joins `config.room`: `void(error_code, connected)`.
  /// The first attempt is not repeated by itself. Its failure is explained by `last_failure()`. A
  /// client that is over may connect once more, and then is the same member.
  template <boost::asio::completion_token_for<void(error_code, connected)> Token>
  auto async_connect(Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, connected)>(
        [this](auto handler) { connect(connect_handler(std::move(handler))); }, token);
  }

  /// The same over `server::connect_in_memory()`: no TLS, no reconnecting.
  template <boost::asio::completion_token_for<void(error_code, connected)> Token>
  auto async_connect_in_memory(memory_transport transport, Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, connected)>(
        [this](auto handler, memory_transport t) {
          connect_in_memory(std::move(t), connect_handler(std::move(handler)));
        },
        token, std::move(transport));
  }

  /// Says `text` in `room`; completes when the server has acknowledged it or refused it:
  /// `void(error_code, acknowledged)`. A message of several lines is one message.
  ///
  /// After a lost connection it waits for the next one, and completes when it is acknowledged
  /// there. While there is none, up to 1000 messages of together 1 MiB wait; another one fails at
  /// once with `errc::not_connected`, as does any before the first connection. When the client
  /// gives up or is closed, what was never sent ends with `errc::not_connected`, and what was sent
  /// and not acknowledged with `errc::connection_lost`: that may or may not have been kept.
  template <boost::asio::completion_token_for<void(error_code, acknowledged)> Token>
  auto async_send(std::string room, std::string text, Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, acknowledged)>(
        [this](auto handler, std::string r, std::string t) {
          send(std::move(r), std::move(t), send_handler(std::move(handler)));
        },
        token, std::move(room), std::move(text));
  }

  /// Runs a command of the server's table, as a person types it: `/who`, `/nick bob`, `/join den`.
  /// `room` is the room it is about. `void(error_code, reply)`. A command that says something
  /// (`/me`) has an empty reply; that of `/join` has the room's name as its item, and the
  /// room's state comes as an event, followed by its last entries (`config.history`).
  template <boost::asio::completion_token_for<void(error_code, reply)> Token>
  auto async_command(std::string room, std::string line, Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, reply)>(
        [this](auto handler, std::string r, std::string l) {
          command(std::move(r), std::move(l), reply_handler(std::move(handler)));
        },
        token, std::move(room), std::move(line));
  }

  /// A page of a room's log: `void(error_code, history_page)`.
  template <boost::asio::completion_token_for<void(error_code, history_page)> Token>
  auto async_history(std::string room, log_range part, Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, history_page)>(
        [this](auto handler, std::string r, log_range p) {
          history(std::move(r), p, history_handler(std::move(handler)));
        },
        token, std::move(room), part);
  }

  /// The next thing that happens: `void(error_code, client_event)`. One at a time; supports
  /// cancellation. Events wait until they are asked for. Ends with `errc::not_connected` when there
  /// is nothing more to come. Acknowledgements, replies and refusals of the calls above go to their
  /// callers instead.
  template <boost::asio::completion_token_for<void(error_code, client_event)> Token>
  auto async_receive(Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, client_event)>(
        [this](auto handler) { receive(receive_handler(std::move(handler))); }, token);
  }

  /// Waits for the answers to what was sent, leaves with a goodbye, and closes: `void(error_code)`.
  /// Bounded by five seconds; what is not answered by then ends with `errc::connection_lost`. While
  /// there is no connection it waits for nothing.
  template <boost::asio::completion_token_for<void(error_code)> Token>
  auto async_close(Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code)>(
        [this](auto handler) { close(close_handler(std::move(handler))); }, token);
  }

  /// For `client_config::resume` of a later client. Right when it is asked for after an event was
  /// dealt with and before the next is received: what comes after that comes again.
  resume_state saved_state() const;

  /// Why the operation failed whose handler is running or was run last, in a sentence.
  const failure& last_failure() const noexcept;

  /// The certificate of the server met last, also where it was refused.
  const server_certificate& server() const noexcept;

 private:
  using connect_handler = boost::asio::any_completion_handler<void(error_code, connected)>;
  using send_handler = boost::asio::any_completion_handler<void(error_code, acknowledged)>;
  using reply_handler = boost::asio::any_completion_handler<void(error_code, reply)>;
  using history_handler = boost::asio::any_completion_handler<void(error_code, history_page)>;
  using receive_handler = boost::asio::any_completion_handler<void(error_code, client_event)>;
  using close_handler = boost::asio::any_completion_handler<void(error_code)>;

  void connect(connect_handler handler);
  void connect_in_memory(memory_transport transport, connect_handler handler);
  void send(std::string room, std::string text, send_handler handler);
  void command(std::string room, std::string line, reply_handler handler);
  void history(std::string room, log_range part, history_handler handler);
  void receive(receive_handler handler);
  void close(close_handler handler);

  class impl;
  std::shared_ptr<impl> impl_;
};

} // namespace asio_chat
