// A chat server on an executor of the program that embeds it.
#pragma once

#include <asio_chat/detail/operation.hpp>
#include <asio_chat/detail/server_base.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>

#include <concepts>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace asio_chat {

/// A chat server: rooms, members, and the protocols by which clients reach them. `server` is the
/// one for any executor.
///
/// **Executor and threads.** Everything happens on the executor that the server is given, hooks
/// too. Where several threads run its context, that is a strand: functions of the server and of its
/// `host_member`s and `log_watch`es, their destructors too, are never called at the same time as
/// each other, nor beside what runs on that executor. Call them there, or while no thread runs the
/// context. In programs that are compiled without `NDEBUG`, a call on another thread ends the
/// program with a sentence that names it. The server has no globals, and no threads except the two
/// of a journal on disk (`server_config::storage`), one for passwords where it keeps accounts, and
/// those of `async_reload_tls` and `async_reload_storage`; they post their results to the executor.
///
/// **Completion.** Asynchronous operations take any completion token; without one, that of the
/// executor (`use_awaitable_t<>::as_default_on_t<server>`). A handler runs on its associated
/// executor, or else on the server's, and never inside the call that it completes.
///
/// **Cancellation.** A cancellation slot is about the one operation that it was given to. The
/// signal may be emitted on any executor, as long as only one thread does so at a time. An
/// operation that is cancelled fails with `boost::asio::error::operation_aborted`, unless it had
/// ended before. What the types of cancellation do is said at each operation.
///
/// **After `async_stop`** was called, `stats`, `listening_on`, `connect_in_memory` and further
/// calls of `async_stop` work; the transport of `connect_in_memory` is closed. Everything that
/// listens or reloads fails with `errc::server_stopping`.
///
/// **Lifetime.** The execution context must outlive the server. Destroying the server closes every
/// connection at once, without a goodbye; call `async_stop` before for an orderly end. Operations
/// that are under way then complete with `boost::asio::error::operation_aborted`. They go on when a
/// server is moved; one that was moved from may only be destroyed or assigned to.
template <class Executor = boost::asio::any_io_executor>
class basic_server : public detail::server_base {
  using base = detail::server_base;
  using default_token = boost::asio::default_completion_token_t<Executor>;

 public:
  using executor_type = Executor;
  template <class Other>
  struct rebind_executor {
    using other = basic_server<Other>;
  };

  /// `boost::asio::ip::tcp::endpoint`
  using endpoint = base::endpoint;

  using listen_signature = void(result<endpoint>);
  using reload_signature = void(result<void>);
  using stop_signature = void(error_code);

  /// Reads the files of `config` and opens the journal, which blocks. Accepts no connection yet.
  /// @param hooks what the host program decides and brings, see `server_hooks.hpp`
  /// @throws asio_chat::error if a certificate, a key, a CA file or the data directory cannot be
  /// used, or a setting is wrong (`errc::bad_setting`)
  template <class Given>
  requires(std::constructible_from<Executor, Given> &&
           !std::is_base_of_v<boost::asio::execution_context, Given>)
      basic_server(const Given& executor, const server_config& config,
                   const server_hooks& hooks = detail::no_hooks())
      : base(boost::asio::any_io_executor(executor), detail::place_of(executor), config, hooks)
      , executor_(executor) {}
  /// The same on the executor of a context, such as an `io_context` that one thread runs.
  template <class Context>
  requires std::is_base_of_v<boost::asio::execution_context, Context>
  basic_server(Context& context, const server_config& config,
               const server_hooks& hooks = detail::no_hooks())
      : basic_server(context.get_executor(), config, hooks) {}
  basic_server(basic_server&&) noexcept = default;
  basic_server& operator=(basic_server&&) noexcept = default;
  /// For `as_default_on`.
  template <class Other>
  requires std::constructible_from<Executor, Other> basic_server(basic_server<Other>&& other)
      : base(std::move(other))
      , executor_(other.get_executor()) {}

  executor_type get_executor() const noexcept { return executor_; }

  /// Binds, listens and accepts TLS connections on every address of the host, or on none of them.
  /// `::` stands for IPv6 alone, so that `0.0.0.0` may have the same port. May be called several
  /// times, for further addresses.
  /// @param host an IP address, or a name; the call blocks while a name is looked up
  /// @param port 0 for a free one, which is the same on all addresses of the host
  /// @returns the first address, with its real port; `listening_on` has all of them
  /// @throws asio_chat::error if there is no certificate, or an address cannot be bound. An address
  /// of a kind that this machine does not have (IPv6 is switched off) is left out with a warning in
  /// the log, as long as there is another one.
  endpoint listen(const std::string& host, std::uint16_t port) {
    check("listen");
    return base::listen(host, port);
  }

  /// Like `listen`, without blocking while a name is looked up. Completes with
  /// `void(result<endpoint>)`; the failure is the one that `listen` throws.
  /// Cancellation of any type (terminal, partial, total) ends it, and nothing is bound.
  template <boost::asio::completion_token_for<listen_signature> Token = default_token>
  auto async_listen(std::string host, std::uint16_t port, Token&& token = Token()) {
    return detail::begin_operation<listen_signature, Token>(
        this, "async_listen", &basic_server::listen_later, token, std::move(host), port);
  }

  /// Like `listen`, but over bare TCP: everybody who can capture packets reads every message, and
  /// the passphrase. It exists to show that, beside a capture of TLS. Only the text protocol is
  /// spoken, and every call and every connection is a warning in the log.
  /// @param host a loopback address: 127.0.0.0/8, ::1, or a name for one
  /// @throws asio_chat::error if it is another address, if the server asks clients for certificates
  /// (which cannot be shown here), or if the address cannot be bound
  endpoint listen_insecure_plaintext(const std::string& host, std::uint16_t port) {
    check("listen_insecure_plaintext");
    return base::listen_insecure_plaintext(host, port);
  }

  /// Accepts TLS connections of a socket that listens already, of TCP or a Unix socket: one that
  /// the host was started with (systemd's socket activation), or has bound itself. The server
  /// closes it. Who comes through a Unix socket is known by their user, `unix:uid=1000`, and has
  /// none of the limits of `admission_limits`. `listening_on` does not list it.
  /// @throws asio_chat::error if there is no certificate, or it is no listening stream socket; it
  /// is closed then
  void listen_on(int listening_socket) {
    check("listen_on");
    base::listen_on(listening_socket);
  }

  /// All addresses that the server listens on, in the order of the calls; none after `async_stop`.
  std::vector<endpoint> listening_on() const {
    check("listening_on");
    return base::listening_on();
  }

  /// Takes a connection over, a `boost::asio::ip::tcp::socket`, that the host has accepted, by an
  /// acceptor of its own or from a socket that it was started with, and goes on as with one of
  /// `listen`. The socket may belong to any context; nothing may be under way on it, and nothing
  /// may have been read from it. It is closed if the server has stopped, or has
  /// `limits::connections`.
  /// @throws asio_chat::error if there is no certificate, or the socket is not connected; the
  /// socket is closed then
  template <std::convertible_to<base::socket> Socket>
  void accept(Socket&& connection) {
    check("accept");
    base::accept(std::forward<Socket>(connection));
  }

  /// Makes a connection that never leaves this process and is not encrypted, for tests of the host
  /// program, and returns the client's end, for `client::async_connect_in_memory`.
  memory_transport connect_in_memory() {
    check("connect_in_memory");
    return base::connect_in_memory();
  }

  /// Reads all files again and uses them from the next handshake on. Clients that are connected are
  /// checked again soon after; one whose certificate is no longer accepted (because of its issuer,
  /// validity, name, revocation or the block list) is closed with `close_code::not_trusted`. Blocks
  /// while the files are read. A file that is only not valid yet, or not any more, does not replace
  /// the one that is in use, and is tried again when it becomes valid.
  /// @throws asio_chat::error if a file cannot be used; nothing has changed then
  void reload_tls(const tls_server_config& config) {
    check("reload_tls");
    base::reload_tls(config);
  }

  /// Like `reload_tls`, without blocking: a thread of its own, which ends with the reload, reads
  /// the files and opens an encrypted key. Completes with `void(result<void>)`, after all reloads
  /// that were asked for before. The failure is the one that `reload_tls` throws, or
  /// `errc::server_stopping` if the server stops first. A `reload_tls` that is called in between is
  /// newer, and its files stay. Cancellation: terminal and partial end the operation, and the files
  /// are taken all the same; total does nothing.
  template <boost::asio::completion_token_for<reload_signature> Token = default_token>
  auto async_reload_tls(tls_server_config config, Token&& token = Token()) {
    return detail::begin_operation<reload_signature, Token>(
        this, "async_reload_tls", &basic_server::reload_tls_later, token, std::move(config));
  }

  /// Takes other master keys. If the first one is another than before, it seals the keys of all
  /// rooms from now on, and new entries are sealed by new keys. Blocks while the keys are written.
  /// Without a journal on disk it does nothing.
  /// @throws asio_chat::error if a key cannot be used, or `config` names another directory; nothing
  /// has changed then
  void reload_storage(const storage_config& config) {
    check("reload_storage");
    base::reload_storage(config);
  }

  /// Like `reload_storage`, without blocking: a thread of its own, which ends with the reload,
  /// writes the keys. Completes with `void(result<void>)`, after all reloads that were asked for
  /// before. The failure is the one that `reload_storage` throws. A `reload_storage` waits for
  /// those that are under way. If the server is destroyed first, the destructor waits for the disk.
  /// Cancellation: terminal and partial end the operation, and the keys are taken all the same;
  /// total does nothing.
  template <boost::asio::completion_token_for<reload_signature> Token = default_token>
  auto async_reload_storage(storage_config config, Token&& token = Token()) {
    return detail::begin_operation<reload_signature, Token>(this, "async_reload_storage",
                                                            &basic_server::reload_storage_later,
                                                            token, std::move(config));
  }

  /// Changes an account, where the server keeps them. Whoever is in one that is disabled, reset,
  /// removed or forgotten, or came by a certificate that opens it no more, is told so, and their
  /// connections end in the same turn. Completes with `void(result<void>)` when it is kept:
  /// `errc::bad_setting` where there is no such account or the password cannot be one,
  /// `errc::name_taken` and `errc::name_invalid` for a new one, `errc::not_available` where the
  /// server keeps none, `errc::storage_failed`. Cancellation: terminal and partial end the
  /// operation, and the account is changed all the same; total does nothing.
  template <boost::asio::completion_token_for<reload_signature> Token = default_token>
  auto async_change_account(account_change change, Token&& token = Token()) {
    return detail::begin_operation<reload_signature, Token>(this, "async_change_account",
                                                            &basic_server::change_account_later,
                                                            token, std::move(change));
  }

  /// Tells every member who is here something, as the server itself: clients show it as a notice.
  /// It is no entry of a room, and who comes later does not hear it; the room `audit` has a line of
  /// it. Where very many are here, some hear it a few milliseconds later.
  /// @throws asio_chat::error (`errc::text_empty`, `errc::text_too_long`) if it cannot be said
  void announce(std::string text) {
    check("announce");
    base::announce(std::move(text));
  }

  /// Stops accepting, answers what clients have asked, says goodbye to them, and closes all
  /// connections; those that are still open after `limits::drain_time` are cut off. Completes with
  /// `void(error_code)`, without an error, when no connection is left. It may be called several
  /// times. A server that was stopped cannot be started again. Cancellation: terminal cuts all
  /// connections off at once; partial ends the operation alone, and the server goes on stopping;
  /// total does nothing.
  template <boost::asio::completion_token_for<stop_signature> Token = default_token>
  auto async_stop(Token&& token = Token()) {
    return detail::begin_operation<stop_signature, Token>(this, "async_stop", &basic_server::stop,
                                                          token);
  }

  /// Takes constant time.
  server_stats stats() const {
    check("stats");
    return base::stats();
  }

  /// Adds a command to those that members have. Clients that are connected already can call it, but
  /// were told the commands for completion when they came.
  /// @throws asio_chat::error (`errc::bad_setting`) if the name is taken, or something is wrong
  /// with the command
  void add_command(host_command command) {
    check("add_command");
    base::add_command(std::move(command));
  }

  /// All connections, in the order in which they came. Takes time in proportion to their number,
  /// during which no client is served.
  std::vector<session_info> sessions() const {
    check("sessions");
    return base::sessions();
  }

  /// All rooms that have members, sorted by name; like `sessions` it makes a list of them.
  std::vector<room_info> rooms() const {
    check("rooms");
    return base::rooms();
  }

  /// Ends a connection at the end of this turn of the loop: the client is told why, and whether to
  /// come back, which the code says. What it has asked and was not answered is dropped.
  /// @returns false if there is no such connection any more
  bool close(std::uint64_t session, const close_reason& why) {
    check("close");
    return base::close(session, why);
  }

 private:
  template <class, class, class>
  friend struct detail::initiation;

  void check([[maybe_unused]] const char* called) const {
#ifndef NDEBUG
    check_call(called);
#endif
  }

  [[no_unique_address]] Executor executor_;
};

/// On any executor.
using server = basic_server<>;

} // namespace asio_chat
