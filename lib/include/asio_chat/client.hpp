// A chat client on an executor of the program that embeds it.
#pragma once

#include <asio_chat/client_config.hpp>
#include <asio_chat/detail/client_base.hpp>
#include <asio_chat/detail/operation.hpp>
#include <asio_chat/diagnostics.hpp>
#include <asio_chat/memory_transport.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>

#include <concepts>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

namespace asio_chat {

/// A completion token, which `diagnostics` are not.
template <class Token, class Signature>
concept operation_token = !std::same_as<std::remove_cvref_t<Token>, diagnostics> &&
                          boost::asio::completion_token_for<Token, Signature>;

/// One connection to one server, which is made anew when it is lost. `client` is the one for any
/// executor.
///
/// **Executor and threads.** Everything happens on the executor that the client is given. Where
/// several threads run its context, that is a strand: functions of the client, its destructor too,
/// are never called at the same time as each other, nor beside what runs on that executor. Call
/// them there, or while no thread runs the context. In programs that are compiled without `NDEBUG`,
/// an operation that is begun on another thread ends the program with a sentence that names it. The
/// client has no globals and no threads of its own; Asio looks names up on a thread of Asio's.
///
/// **Completion.** Every operation takes any completion token; without one, that of the executor
/// (`use_awaitable_t<>::as_default_on_t<client>`). A handler runs on its associated executor, or
/// else on the client's, and never inside the call that it completes. The operation is allocated by
/// the handler's associated allocator, at once, and freed before the handler is called. An
/// operation that is given `diagnostics` explains there why it failed; these must live until the
/// handler is called.
///
/// **Cancellation.** A cancellation slot is about the one operation that it was given to. The
/// signal may be emitted on any executor, as long as only one thread does so at a time; the
/// operation then ends soon after. What the types of cancellation do is said at each operation. An
/// operation that is cancelled ends with `boost::asio::error::operation_aborted`, unless it had
/// ended before.
///
/// **Lifetime.** The client may be destroyed at any moment, also in a handler. Operations that are
/// under way then complete with `boost::asio::error::operation_aborted`. The execution context must
/// outlive the client. Operations go on when a client is moved; one that was moved from may only be
/// destroyed or assigned to.
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
/// **Backpressure.** Once `async_receive` was called, events have to be received: while 4096 of
/// them wait, the client reads nothing more from the server. Before that they may be left alone: of
/// a client that only sends, the latest 4096 wait, and should it ever receive, `entries_missed`
/// comes first for what was thrown away.
template <class Executor = boost::asio::any_io_executor>
class basic_client : private detail::client_base {
  using default_token = boost::asio::default_completion_token_t<Executor>;

 public:
  using executor_type = Executor;
  template <class Other>
  struct rebind_executor {
    using other = basic_client<Other>;
  };

  using connect_signature = void(error_code, connected);
  using send_signature = void(error_code, acknowledged);
  using command_signature = void(error_code, reply);
  using history_signature = void(error_code, history_page);
  using receive_signature = void(error_code, client_event);
  using close_signature = void(error_code);

  /// Does not connect yet, and reads no file.
  /// @throws asio_chat::error (`errc::bad_setting`) that names the member of `config` that is wrong
  template <class Given>
  requires(std::constructible_from<Executor, Given> &&
           !std::is_base_of_v<boost::asio::execution_context, Given>)
      basic_client(const Given& executor, const client_config& config)
      : client_base(boost::asio::any_io_executor(executor), detail::place_of(executor), config)
      , executor_(executor) {}
  /// The same on the executor of a context, such as an `io_context` that one thread runs.
  template <class Context>
  requires std::is_base_of_v<boost::asio::execution_context, Context>
  basic_client(Context& context, const client_config& config)
      : basic_client(context.get_executor(), config) {}
  basic_client(basic_client&&) noexcept = default;
  basic_client& operator=(basic_client&&) noexcept = default;
  /// For `as_default_on`.
  template <class Other>
  requires std::constructible_from<Executor, Other> basic_client(basic_client<Other>&& other)
      : client_base(std::move(other).base())
      , executor_(other.get_executor()) {}

  executor_type get_executor() const noexcept { return executor_; }

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
  ///
  /// Cancellation of any type (terminal, partial, total) gives the attempt up: the client is then
  /// as it was before, and may connect again.
  template <operation_token<connect_signature> Token = default_token>
  auto async_connect(Token&& token = Token()) {
    return begin<connect_signature, Token>("async_connect", &basic_client::connect, token,
                                           no_diagnostics);
  }
  template <operation_token<connect_signature> Token = default_token>
  auto async_connect(diagnostics& why, Token&& token = Token()) {
    return begin<connect_signature, Token>("async_connect", &basic_client::connect, token, &why);
  }

  /// The same over `server::connect_in_memory()`: without TLS, and without reconnection. The client
  /// must run on the same executor as that server.
  template <operation_token<connect_signature> Token = default_token>
  auto async_connect_in_memory(memory_transport transport, Token&& token = Token()) {
    return begin<connect_signature, Token>("async_connect_in_memory",
                                           &basic_client::connect_in_memory, token, no_diagnostics,
                                           std::move(transport));
  }
  template <operation_token<connect_signature> Token = default_token>
  auto async_connect_in_memory(memory_transport transport, diagnostics& why,
                               Token&& token = Token()) {
    return begin<connect_signature, Token>("async_connect_in_memory",
                                           &basic_client::connect_in_memory, token, &why,
                                           std::move(transport));
  }

  /// Says a message. Completes when the server has acknowledged or refused it: `void(error_code,
  /// acknowledged)`. A message of several lines is one message. Invalid UTF-8 and control
  /// characters other than tab and newline are replaced by U+FFFD before it is sent. Messages
  /// arrive in the order of the calls.
  ///
  /// Without a connection the message waits for the next one. Up to 1000 messages of together 1 MiB
  /// wait; a further one fails with `errc::not_connected`, and so does every message before the
  /// first connection. A text longer than `connected::text_bytes` fails with `errc::text_too_long`
  /// and is not sent, an id that cannot be one with `errc::bad_arguments`.
  ///
  /// When the client gives up or is closed, a message that was never sent ends with
  /// `errc::not_connected`, and one that was sent but not acknowledged with
  /// `errc::connection_lost`: the server may or may not have kept it.
  ///
  /// Cancellation: as long as no byte of the message was written, any type (terminal, partial,
  /// total) withdraws it. After that, total does nothing; terminal and partial end the operation,
  /// and the client still carries the message to the server, over further connections too. Whoever
  /// gave it an id may then say it again with the same id.
  template <operation_token<send_signature> Token = default_token>
  auto async_send(outgoing_message message, Token&& token = Token()) {
    return begin<send_signature, Token>("async_send", &basic_client::send, token, no_diagnostics,
                                        std::move(message));
  }
  template <operation_token<send_signature> Token = default_token>
  auto async_send(outgoing_message message, diagnostics& why, Token&& token = Token()) {
    return begin<send_signature, Token>("async_send", &basic_client::send, token, &why,
                                        std::move(message));
  }
  /// The same, with an id that the client makes.
  template <operation_token<send_signature> Token = default_token>
  auto async_send(std::string room, std::string text, Token&& token = Token()) {
    return begin<send_signature, Token>("async_send", &basic_client::send, token, no_diagnostics,
                                        outgoing_message{std::move(room), std::move(text)});
  }
  template <operation_token<send_signature> Token = default_token>
  auto async_send(std::string room, std::string text, diagnostics& why, Token&& token = Token()) {
    return begin<send_signature, Token>("async_send", &basic_client::send, token, &why,
                                        outgoing_message{std::move(room), std::move(text)});
  }

  /// Runs a command of the server, written as a person types it: `/who`, `/nick bob`, `/join den`.
  /// `room` is the room that the command is about. Completes with `void(error_code, reply)`. A
  /// command that says something (`/me`) has an empty reply. The reply to `/join` has the name of
  /// the room as its item; the state of the room follows as an event, and then its last entries
  /// (`config.history`).
  ///
  /// Fails with `errc::not_connected` if there is no connection, with `errc::connection_lost` if
  /// that ends before the answer, or with the `errc` of a refusal.
  ///
  /// Cancellation: as long as no byte of it was written, any type withdraws it. After that, total
  /// does nothing; terminal and partial end the operation, the server may still carry the command
  /// out, and its answer is thrown away.
  template <operation_token<command_signature> Token = default_token>
  auto async_command(std::string room, std::string line, Token&& token = Token()) {
    return begin<command_signature, Token>("async_command", &basic_client::command, token,
                                           no_diagnostics, std::move(room), std::move(line));
  }
  template <operation_token<command_signature> Token = default_token>
  auto async_command(std::string room, std::string line, diagnostics& why,
                     Token&& token = Token()) {
    return begin<command_signature, Token>("async_command", &basic_client::command, token, &why,
                                           std::move(room), std::move(line));
  }

  /// Tells the server that the person has read the room up to the entry with this offset
  /// (`entry::at`), for all connections of the account: `void(error_code, reply)`. The others
  /// get a `reply` as an event (`read_places_in`), and later ones `room_state::read`. What is read
  /// stays so: an earlier offset changes nothing and is no error. `read_places_in` of the answer
  /// tells how far the account has read now; nothing is kept for a guest, and then it is empty.
  /// The server keeps as many rooms of an account as a member may be in, those that were read last.
  ///
  /// A call when a person has seen something, and no more than one a second in a room, is enough:
  /// only the newest counts. Fails as `async_command` does, with `errc::bad_arguments` for
  /// an offset that the room does not have yet, or any in a room of a server of before this; it
  /// is not said again over the next connection, whose `room_state::read` tells what has arrived.
  /// Cancellation is that of `async_command`.
  template <operation_token<command_signature> Token = default_token>
  auto async_mark_read(std::string room, std::uint64_t offset, Token&& token = Token()) {
    return begin<command_signature, Token>("async_mark_read", &basic_client::command, token,
                                           no_diagnostics, std::move(room),
                                           "/read " + std::to_string(offset));
  }
  template <operation_token<command_signature> Token = default_token>
  auto async_mark_read(std::string room, std::uint64_t offset, diagnostics& why,
                       Token&& token = Token()) {
    return begin<command_signature, Token>("async_mark_read", &basic_client::command, token, &why,
                                           std::move(room), "/read " + std::to_string(offset));
  }

  /// Asks for a page of a room's log: `void(error_code, history_page)`. The client must be in the
  /// room. Fails as `async_command` does. Cancellation of any type (terminal, partial, total) ends
  /// it; an answer that comes later is thrown away.
  template <operation_token<history_signature> Token = default_token>
  auto async_history(std::string room, log_range part, Token&& token = Token()) {
    return begin<history_signature, Token>("async_history", &basic_client::history, token,
                                           no_diagnostics, std::move(room), part);
  }
  template <operation_token<history_signature> Token = default_token>
  auto async_history(std::string room, log_range part, diagnostics& why, Token&& token = Token()) {
    return begin<history_signature, Token>("async_history", &basic_client::history, token, &why,
                                           std::move(room), part);
  }

  /// Waits for the next event: `void(error_code, client_event)`. Events wait until they are asked
  /// for. One call may be under way at a time; a second one fails with `already_started` of Asio.
  /// Ends with `errc::not_connected` when no event is left and none can come. Acknowledgements,
  /// replies and refusals that belong to a call above complete that call and are no events.
  ///
  /// Cancellation of any type (terminal, partial, total) ends it and loses no event.
  template <operation_token<receive_signature> Token = default_token>
  auto async_receive(Token&& token = Token()) {
    return begin<receive_signature, Token>("async_receive", &basic_client::receive, token,
                                           no_diagnostics);
  }
  template <operation_token<receive_signature> Token = default_token>
  auto async_receive(diagnostics& why, Token&& token = Token()) {
    return begin<receive_signature, Token>("async_receive", &basic_client::receive, token, &why);
  }

  /// Waits for the answers to what was sent, says goodbye, and closes: `void(error_code)`, without
  /// an error unless it is cancelled or the client is destroyed. It takes at most five seconds;
  /// what is not answered by then ends with `errc::connection_lost`. Without a connection it waits
  /// for nothing: an `async_connect` that is under way ends with `operation_aborted`, and messages
  /// that wait end as `async_send` says.
  ///
  /// Cancellation: terminal cuts the connection at once, and what is not answered ends with
  /// `errc::connection_lost`. Partial ends the operation alone, and the client goes on closing.
  /// Total does nothing.
  template <operation_token<close_signature> Token = default_token>
  auto async_close(Token&& token = Token()) {
    return begin<close_signature, Token>("async_close", &basic_client::close, token);
  }

  /// Makes another connection at once: in the place of the one that there is, which may be a dead
  /// one, or without the rest of the pause before the next attempt. Events tell of it as of a lost
  /// connection.
  /// @return false, and nothing is done: the client is not connected and does not come back, or
  /// does not reconnect at all
  using client_base::reconnect;

  /// How long it is until the next attempt to connect. None: there is a connection, or one is being
  /// made, or the client does not come back. The event `disconnected` tells of the first attempt,
  /// and of later ones where there is another reason; this is right for each of them.
  using client_base::next_attempt_in;

  /// For `client_config::resume` of a later client. Take it after an event was dealt with and
  /// before the next one is received: a later client is then given everything that follows.
  using client_base::saved_state;

  /// The certificate of the server that was met last, also where it was refused; with an empty
  /// `fingerprint` before that. The reference is valid as long as the client.
  using client_base::server;

  /// Internal.
  client_base&& base() && noexcept { return std::move(*this); }

 private:
  static constexpr diagnostics* no_diagnostics = nullptr;

  template <class, class, class>
  friend struct detail::initiation;

  template <class Signature, class Token, class Function, class... Args>
  auto begin(const char* name, Function start, std::type_identity_t<Token>& token, Args... args) {
    return detail::begin_operation<Signature, Token>(this, name, start, token, std::move(args)...);
  }

  [[no_unique_address]] Executor executor_;
};

/// On any executor.
using client = basic_client<>;

} // namespace asio_chat
