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

/// The identity of a client and how far it has read. A program that stores it can go on after a
/// restart where it stopped. The token is a secret: the server keeps only a hash of it, and takes
/// every client that shows it for this member. Store it for that one server only, where no other
/// user can read it. The library never logs it.
struct resume_state {
  std::string token; ///< empty before the first login
  /// For each room that the client is in: the last entry that `async_receive` has given, or the
  /// client's own acknowledged entry that follows it directly.
  std::map<std::string, position> positions;
};

/// What a client is told. Every duration is from 1 ms to 24 h.
struct client_config {
  std::string host = "127.0.0.1"; ///< a DNS name, or an IPv4 or IPv6 address without brackets
  std::uint16_t port = 8443;
  std::string name;           ///< the name that is asked for; empty: the server gives one
  std::string room = "lobby"; ///< the room that is joined with the login
  /// The number of last entries that come first, as events, when the client joins a room that it
  /// was not in before. Without a value: as many as the server is set to give, which is also the
  /// most that it gives.
  std::optional<std::size_t> history;
  resume_state resume; ///< `client::saved_state()` of an earlier client, to be the same member
  std::optional<std::string> passphrase; ///< required where the server has one
  tls_client_config tls;

  bool reconnect = true; ///< whether the client reconnects by itself when a connection is lost
  /// The time for one attempt: looking up the name, TCP, TLS and login together.
  std::chrono::milliseconds connect_time = std::chrono::seconds(10);
  /// The pause before the first attempt to reconnect. Each further pause is twice as long, up to
  /// `retry_most`, and every pause is shortened by a random part of up to a half.
  std::chrono::milliseconds retry_first = std::chrono::milliseconds(500);
  std::chrono::milliseconds retry_most = std::chrono::seconds(30); ///< not below `retry_first`
  /// After this time without a byte from the server the client sends a ping; after twice this time
  /// the connection is lost. Apart from that, the client pings often enough for the idle time that
  /// the server tells.
  std::chrono::milliseconds ping_time = std::chrono::seconds(60);
  log_function log; ///< empty: no log
};

/// The client is connected and logged in. `async_connect` completes with it; after a reconnection
/// it is the first event.
struct connected {
  std::string name; ///< the name that the server has given; may differ from the one asked for
  tls_info tls;
  std::size_t text_bytes = 0;        ///< the longest text that the server accepts, in bytes
  std::vector<std::string> commands; ///< the names of the server's commands, without `/`
  bool again = false;                ///< whether this is a reconnection
  /// The same commands with their arguments; empty if an older server does not send them.
  std::vector<command_info> syntax = {};
};

/// A connection was lost, or an attempt to reconnect has failed.
struct disconnected {
  close_reason reason;
  /// The pause before the next attempt. Without a value there is none, and `async_receive` ends
  /// after this event.
  std::optional<std::chrono::milliseconds> retry_in;
  /// The error with which an attempt to reconnect failed; no error: a connection was lost. Of the
  /// attempts after one lost connection those that fail with the same error cause one event only.
  error_code attempt = {};
};

/// The certificate that a server showed, for a person to compare or a program to pin.
struct server_certificate {
  std::string subject;      ///< e.g. `CN=localhost`
  std::string fingerprint;  ///< SHA-256, `AB:CD:…`; empty if no certificate was seen
  std::string pin;          ///< `sha256/BASE64`, as `tls_client_config::pins` takes it
  bool self_issued = false; ///< whether subject and issuer are the same
};

/// What happens to a client, in order.
using client_event = std::variant<connected, disconnected, entry, member_joined, member_left,
                                  member_renamed, direct_message, acknowledged, reply, refused,
                                  room_state, entries_missed, history_page>;

/// One connection to one server, which is made anew when it is lost.
///
/// **Threads.** The client runs on the caller's io_context. Construct it, call it and destroy it on
/// the thread that runs that context, or while no thread does. It has no globals and no threads of
/// its own; Asio looks names up on a thread of Asio's.
///
/// **Completion.** Every operation takes any completion token. A handler runs on its associated
/// executor, or else on the io_context, and never inside the call that it completes. An operation
/// that fails explains itself in `last_failure()`. Only `async_receive` can be cancelled by a
/// cancellation slot.
///
/// **Lifetime.** The client may be destroyed at any moment, also in a handler. Operations that are
/// under way then complete with `boost::asio::error::operation_aborted`. The io_context must
/// outlive the client.
///
/// **Reconnection.** After a lost connection the client comes back as the same member, with the
/// same name and rooms, and then gives `connected` as an event. What was missed follows as events
/// like all others, before anything newer: in the order of each room's log, no entry twice, and
/// every one but the client's own. `entries_missed` tells of entries that are no longer kept, and
/// of a log that is a new one. If another member has the name now, the client keeps trying. It
/// does not try again where it cannot trust the server, where the server refuses the passphrase or
/// the client's certificate, or where the server says so. `disconnected` tells why an attempt
/// failed.
///
/// **Messages** survive a lost connection: those that are not acknowledged are sent again, in their
/// order, with the same id, and before later ones, and the server keeps each once. Commands and
/// requests for history do not survive it: they end with `errc::connection_lost`.
///
/// **Backpressure.** Events have to be received: while 4096 of them wait, the client reads nothing
/// more from the server.
class client {
 public:
  /// Does not connect yet, and reads no file.
  /// @throws asio_chat::error (`errc::bad_setting`) if a duration is out of its range
  client(boost::asio::io_context& context, client_config config);
  ~client();
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  /// Looks the host up, connects, verifies the server, logs in, and joins `config.room`. Completes
  /// with `void(error_code, connected)`.
  ///
  /// A first attempt that fails is not repeated. A client that is not connected any more, and does
  /// not reconnect, may connect again, and is the same member then. Certificates and keys are read
  /// from their files anew for each connection.
  ///
  /// Fails with a trust error of `errc` (100 to 199) if the server is not who it should be or a
  /// file cannot be used, with the `errc` that the server gives (such as `wrong_passphrase`,
  /// `name_taken`), with `errc::timed_out` after `config.connect_time`, with `already_connected` of
  /// Asio if the client is connected or connecting, or with an error of the system.
  template <boost::asio::completion_token_for<void(error_code, connected)> Token>
  auto async_connect(Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, connected)>(
        [this](auto handler) { connect(connect_handler(std::move(handler))); }, token);
  }

  /// The same over `server::connect_in_memory()`: without TLS, and without reconnection. The
  /// server must run on the same io_context.
  template <boost::asio::completion_token_for<void(error_code, connected)> Token>
  auto async_connect_in_memory(memory_transport transport, Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, connected)>(
        [this](auto handler, memory_transport t) {
          connect_in_memory(std::move(t), connect_handler(std::move(handler)));
        },
        token, std::move(transport));
  }

  /// Says `text` in `room` (empty: the server's default room). Completes when the server has
  /// acknowledged or refused it: `void(error_code, acknowledged)`. A message of several lines is
  /// one message. Invalid UTF-8 and control characters other than tab and newline are replaced by
  /// U+FFFD before it is sent. Messages arrive in the order of the calls.
  ///
  /// Without a connection the message waits for the next one. Up to 1000 messages of together 1 MiB
  /// wait; a further one fails with `errc::not_connected`, and so does every message before the
  /// first connection. A text longer than `connected::text_bytes` fails with
  /// `errc::text_too_long` and is not sent.
  ///
  /// When the client gives up or is closed, a message that was never sent ends with
  /// `errc::not_connected`, and one that was sent but not acknowledged with
  /// `errc::connection_lost`: the server may or may not have kept it.
  template <boost::asio::completion_token_for<void(error_code, acknowledged)> Token>
  auto async_send(std::string room, std::string text, Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, acknowledged)>(
        [this](auto handler, std::string r, std::string t) {
          send(std::move(r), std::move(t), send_handler(std::move(handler)));
        },
        token, std::move(room), std::move(text));
  }

  /// Runs a command of the server, written as a person types it: `/who`, `/nick bob`, `/join den`.
  /// `room` is the room that the command is about. Completes with `void(error_code, reply)`. A
  /// command that says something (`/me`) has an empty reply. The reply to `/join` has the name of
  /// the room as its item; the state of the room follows as an event, and then its last entries
  /// (`config.history`).
  ///
  /// Fails with `errc::not_connected` if there is no connection, with `errc::connection_lost` if
  /// that ends before the answer, or with the `errc` of a refusal.
  template <boost::asio::completion_token_for<void(error_code, reply)> Token>
  auto async_command(std::string room, std::string line, Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, reply)>(
        [this](auto handler, std::string r, std::string l) {
          command(std::move(r), std::move(l), reply_handler(std::move(handler)));
        },
        token, std::move(room), std::move(line));
  }

  /// Asks for a page of a room's log: `void(error_code, history_page)`. The client must be in the
  /// room. Fails as `async_command` does.
  template <boost::asio::completion_token_for<void(error_code, history_page)> Token>
  auto async_history(std::string room, log_range part, Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, history_page)>(
        [this](auto handler, std::string r, log_range p) {
          history(std::move(r), p, history_handler(std::move(handler)));
        },
        token, std::move(room), part);
  }

  /// Waits for the next event: `void(error_code, client_event)`. Events wait until they are asked
  /// for. One call may be under way at a time; a second one fails with `already_started` of Asio.
  /// Cancellation (of any type) ends it with `operation_aborted` and loses no event. Ends with
  /// `errc::not_connected` when no event is left and none can come. Acknowledgements, replies and
  /// refusals that belong to a call above complete that call and are no events.
  template <boost::asio::completion_token_for<void(error_code, client_event)> Token>
  auto async_receive(Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, client_event)>(
        [this](auto handler) { receive(receive_handler(std::move(handler))); }, token);
  }

  /// Waits for the answers to what was sent, says goodbye, and closes: `void(error_code)`, without
  /// an error unless the client is destroyed. It takes at most five seconds; what is not answered
  /// by then ends with `errc::connection_lost`. Without a connection it waits for nothing: an
  /// `async_connect` that is under way ends with `operation_aborted`, and messages that wait end as
  /// `async_send` says.
  template <boost::asio::completion_token_for<void(error_code)> Token>
  auto async_close(Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code)>(
        [this](auto handler) { close(close_handler(std::move(handler))); }, token);
  }

  /// For `client_config::resume` of a later client. Take it after an event was dealt with and
  /// before the next one is received: a later client is then given everything that follows.
  resume_state saved_state() const;

  /// Why the last operation that failed did so, in a sentence. In the handler of a failed operation
  /// it is about that operation. The reference is valid as long as the client.
  const failure& last_failure() const noexcept;

  /// The certificate of the server that was met last, also where it was refused; with an empty
  /// `fingerprint` before that. The reference is valid as long as the client.
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
