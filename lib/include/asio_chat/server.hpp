// A chat server on the io_context of the program that embeds it.
#pragma once

#include <asio_chat/detail/abi.hpp>
#include <asio_chat/error.hpp>
#include <asio_chat/memory_transport.hpp>
#include <asio_chat/server_config.hpp>
#include <asio_chat/server_counters.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat {

/// What a server has counted since it was made, and what it has now.
struct server_stats : server_counters {
  std::uint64_t sessions = 0; ///< connections that are open now
  std::uint64_t asleep = 0;   ///< those of them that are quiet and have given memory back
  std::uint64_t members = 0;  ///< members that are logged in now
  /// When the server's certificate expires; no value without a certificate.
  std::optional<std::chrono::sys_seconds> certificate_ends = {};
  std::uint64_t strangers = 0;           ///< those that `admission_limits` counts
  std::uint64_t handshakes = 0;          ///< those of them whose TLS handshake is under way
  std::uint64_t penalised_addresses = 0; ///< have misbehaved, and are refused for a while
  /// The line that names the history as it is now, for `asio-chatd verify --since`; empty without
  /// `server_config::storage`.
  std::string history_head = {};
};

/// A connection of a server.
struct session_info {
  std::uint64_t number = 0; ///< never used again for another one
  std::string address;      ///< such as `192.0.2.7:40000`; `memory` for one in memory
  std::string name;         ///< of its member; empty: not logged in yet
  std::string user;         ///< `login_accepted::user`; empty: a guest
};

/// A room that has members.
struct room_info {
  std::string name;
  std::string topic; ///< empty: none
  std::size_t members = 0;
};

struct close_reason; // close_reason.hpp
struct host_command; // host_requests.hpp
struct server_hooks; // server_hooks.hpp

/// A chat server: rooms, members, and the protocols by which clients reach them.
///
/// **Threads.** The server runs on the caller's io_context. Construct it, call it and destroy it on
/// the thread that runs that context, or while no thread does. It has no globals, and no threads
/// except the two of a journal on disk (`server_config::storage`) and those of `async_reload_tls`
/// and `async_reload_storage`; they post their results to the context.
///
/// **Completion.** Asynchronous operations take any completion token. A handler runs on its
/// associated executor, or else on the io_context, and never inside the call that it completes.
///
/// **Cancellation.** A cancellation slot is about the one operation that it was given to; an
/// operation that is cancelled fails with `boost::asio::error::operation_aborted`, unless it had
/// ended before. What the types of cancellation do is said at each operation.
///
/// **After `async_stop`** was called, `stats`, `listening_on`, `connect_in_memory` and further
/// calls of `async_stop` work; the transport of `connect_in_memory` is closed. Everything that
/// listens or reloads fails with `errc::server_stopping`.
///
/// **Lifetime.** The io_context must outlive the server. Destroying the server closes every
/// connection at once, without a goodbye; call `async_stop` before for an orderly end.
class server {
 public:
  /// Reads the files of `config` and opens the journal, which blocks. Accepts no connection yet.
  /// @throws asio_chat::error if a certificate, a key, a CA file or the data directory cannot be
  /// used, or a setting is wrong (`errc::bad_setting`)
  server(boost::asio::io_context& context, server_config config);
  /// Likewise, with what the host program decides: `server_hooks.hpp`.
  server(boost::asio::io_context& context, server_config config, server_hooks hooks);
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Binds, listens and accepts TLS connections on every address of the host, or on none of them.
  /// `::` stands for IPv6 alone, so that `0.0.0.0` may have the same port. May be called several
  /// times, for further addresses.
  /// @param host an IP address, or a name; the call blocks while a name is looked up
  /// @param port 0 for a free one, which is the same on all addresses of the host
  /// @returns the first address, with its real port; `listening_on` has all of them
  /// @throws asio_chat::error if there is no certificate, or an address cannot be bound. An address
  /// of a kind that this machine does not have (IPv6 is switched off) is left out with a warning in
  /// the log, as long as there is another one.
  boost::asio::ip::tcp::endpoint listen(const std::string& host, std::uint16_t port);

  /// Like `listen`, without blocking while a name is looked up. Completes with
  /// `void(result<boost::asio::ip::tcp::endpoint>)`; the failure is the one that `listen` throws.
  /// Cancellation of any type (terminal, partial, total) ends it, and nothing is bound.
  template <boost::asio::completion_token_for<void(result<boost::asio::ip::tcp::endpoint>)> Token>
  auto async_listen(std::string host, std::uint16_t port, Token&& token) {
    return boost::asio::async_initiate<Token, void(result<boost::asio::ip::tcp::endpoint>)>(
        [this](auto handler, std::string h, std::uint16_t p) {
          listen_later(std::move(h), p, listen_handler(std::move(handler)));
        },
        token, std::move(host), port);
  }

  /// Like `listen`, but over bare TCP: everybody who can capture packets reads every message, and
  /// the passphrase. It exists to show that, beside a capture of TLS. Only the text protocol is
  /// spoken, and every call and every connection is a warning in the log.
  /// @param host a loopback address: 127.0.0.0/8, ::1, or a name for one
  /// @throws asio_chat::error if it is another address, if the server asks clients for certificates
  /// (which cannot be shown here), or if the address cannot be bound
  boost::asio::ip::tcp::endpoint listen_insecure_plaintext(const std::string& host,
                                                           std::uint16_t port);

  /// All addresses that the server listens on, in the order of the calls; none after `async_stop`.
  std::vector<boost::asio::ip::tcp::endpoint> listening_on() const;

  /// Takes a connection over that the host has accepted, by an acceptor of its own or from a socket
  /// that it was started with, and goes on as with one of `listen`. The socket may belong to any
  /// context; nothing may be under way on it, and nothing may have been read from it. It is closed
  /// if the server has stopped, or has `limits::connections`.
  /// @throws asio_chat::error if there is no certificate, or the socket is not connected; the
  /// socket is closed then
  void accept(boost::asio::ip::tcp::socket socket);

  /// Makes a connection that never leaves this process and is not encrypted, for tests of the host
  /// program, and returns the client's end, for `client::async_connect_in_memory`.
  memory_transport connect_in_memory();

  /// Reads all files again and uses them from the next handshake on. Clients that are connected are
  /// checked again soon after; one whose certificate is no longer accepted (because of its issuer,
  /// validity, name, revocation or the block list) is closed with `close_code::not_trusted`. Blocks
  /// while the files are read. A file that is only not valid yet, or not any more, does not replace
  /// the one that is in use, and is tried again when it becomes valid.
  /// @throws asio_chat::error if a file cannot be used; nothing has changed then
  void reload_tls(const tls_server_config& config);

  /// Like `reload_tls`, without blocking: a thread of its own, which ends with the reload, reads
  /// the files and opens an encrypted key. Completes with `void(result<void>)`, after all reloads
  /// that were asked for before. The failure is the one that `reload_tls` throws, or
  /// `errc::server_stopping` if the server stops first. A `reload_tls` that is called in between is
  /// newer, and its files stay. If the server is destroyed first, the handler is destroyed without
  /// being called. Cancellation: terminal and partial end the operation, and the files are taken
  /// all the same; total does nothing.
  template <boost::asio::completion_token_for<void(result<void>)> Token>
  auto async_reload_tls(tls_server_config config, Token&& token) {
    return boost::asio::async_initiate<Token, void(result<void>)>(
        [this](auto handler, tls_server_config c) {
          reload_tls_later(std::move(c), reload_handler(std::move(handler)));
        },
        token, std::move(config));
  }

  /// Takes other master keys. If the first one is another than before, it seals the keys of all
  /// rooms from now on, and new entries are sealed by new keys. Blocks while the keys are written.
  /// Without a journal on disk it does nothing.
  /// @throws asio_chat::error if a key cannot be used, or `config` names another directory; nothing
  /// has changed then
  void reload_storage(const storage_config& config);

  /// Like `reload_storage`, without blocking: a thread of its own, which ends with the reload,
  /// writes the keys. Completes with `void(result<void>)`, after all reloads that were asked for
  /// before. The failure is the one that `reload_storage` throws. A `reload_storage` waits for
  /// those that are under way. If the server is destroyed first, the destructor waits for the disk,
  /// and the handler is destroyed without being called. Cancellation: terminal and partial end the
  /// operation, and the keys are taken all the same; total does nothing.
  template <boost::asio::completion_token_for<void(result<void>)> Token>
  auto async_reload_storage(storage_config config, Token&& token) {
    return boost::asio::async_initiate<Token, void(result<void>)>(
        [this](auto handler, storage_config c) {
          reload_storage_later(std::move(c), reload_handler(std::move(handler)));
        },
        token, std::move(config));
  }

  /// Stops accepting, answers what clients have asked, says goodbye to them, and closes all
  /// connections; those that are still open after `limits::drain_time` are cut off. Completes with
  /// `void(error_code)`, without an error, when no connection is left. It may be called several
  /// times. A server that was stopped cannot be started again. Cancellation: terminal cuts all
  /// connections off at once; partial ends the operation alone, and the server goes on stopping;
  /// total does nothing.
  template <boost::asio::completion_token_for<void(boost::system::error_code)> Token>
  auto async_stop(Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code)>(
        [this](auto handler) { stop(stop_handler(std::move(handler))); }, token);
  }

  /// Takes constant time.
  server_stats stats() const;

  /// Adds a command to those that members have. Clients that are connected already can call it, but
  /// were told the commands for completion when they came.
  /// @throws asio_chat::error (`errc::bad_setting`) if the name is taken, or something is wrong
  /// with the command
  void add_command(host_command command);

  /// All connections, in the order in which they came. Takes time in proportion to their number,
  /// during which no client is served.
  std::vector<session_info> sessions() const;

  /// All rooms that have members, sorted by name; like `sessions` it makes a list of them.
  std::vector<room_info> rooms() const;

  /// Ends a connection at the end of this turn of the loop: the client is told why, and whether to
  /// come back, which the code says. What it has asked and was not answered is dropped.
  /// @returns false if there is no such connection any more
  bool close(std::uint64_t session, const close_reason& why);

  class impl; ///< internal

 private:
  using stop_handler = boost::asio::any_completion_handler<void(boost::system::error_code)>;
  using reload_handler = boost::asio::any_completion_handler<void(result<void>)>;
  using listen_handler =
      boost::asio::any_completion_handler<void(result<boost::asio::ip::tcp::endpoint>)>;
  void listen_later(std::string host, std::uint16_t port, listen_handler handler);
  void reload_tls_later(tls_server_config config, reload_handler handler);
  void reload_storage_later(storage_config config, reload_handler handler);
  void stop(stop_handler handler);

  friend class host_member;
  friend class log_watch;

  std::shared_ptr<impl> impl_;
};

} // namespace asio_chat
