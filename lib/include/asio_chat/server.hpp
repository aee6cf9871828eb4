// A chat server on the io_context of the program that embeds it.
#pragma once

#include <asio_chat/error.hpp>
#include <asio_chat/memory_transport.hpp>
#include <asio_chat/server_config.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat {

/// What a server counts, since it was made.
struct server_stats {
  std::uint64_t accepted = 0;      ///< connections, in memory ones included
  std::uint64_t sessions = 0;      ///< open now
  std::uint64_t asleep = 0;        ///< of these, quiet: most of their memory is given back
  std::uint64_t members = 0;       ///< logged in now
  std::uint64_t entries = 0;       ///< appended to rooms
  std::uint64_t deliveries = 0;    ///< events put into outboxes
  std::uint64_t bytes_written = 0; ///< before TLS
  /// When the server's certificate is over; none without TLS.
  std::optional<std::chrono::sys_seconds> certificate_ends = {};
};

/// Runs on the caller's io_context, on one thread: construct it, call it and destroy it on the
/// thread that runs that context (or while none does). No globals of its own, and no threads, but
/// for the two of a journal on disk (`server_config::storage`) and those of `async_reload_tls` and
/// `async_reload_storage`, which post their answers to the context. Destroying it closes every
/// connection at once; `async_stop` is the polite way.
class server {
 public:
  /// @throws asio_chat::error if certificate, key or CA cannot be used, or a setting is wrong.
  server(boost::asio::io_context& context, server_config config);
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Binds, listens and accepts, on every address that the host has, or on none; `::` stands for
  /// IPv6 alone, so that `0.0.0.0` may have the same port. May be called several times.
  /// @param host an IP address, or a name (blocks while it is looked up)
  /// @param port 0 for any free one, the same on all of them
  /// @returns the first address with the real port; `listening_on` has all
  /// @throws asio_chat::error if an address cannot be had. Only what this machine does not have
  /// (IPv6 is switched off) is left out with a warning in the log, as long as there is another
  /// address.
  boost::asio::ip::tcp::endpoint listen(const std::string& host, std::uint16_t port);

  /// Like `listen`, but bare TCP: everyone who can capture packets reads every message, and the
  /// passphrase. It exists to show just that beside a capture of TLS; only the text protocol is
  /// spoken, every start and every connection is a warning in the log.
  /// @param host must be a loopback address: 127.0.0.0/8, ::1, or a name for one
  /// @throws asio_chat::error if it is another address, if client certificates are required (nobody
  /// could show one here), or if the address cannot be had
  boost::asio::ip::tcp::endpoint listen_insecure_plaintext(const std::string& host,
                                                           std::uint16_t port);

  /// All addresses that are listened on, in the order of the calls; none once it stops.
  std::vector<boost::asio::ip::tcp::endpoint> listening_on() const;

  /// The client's end of a new connection that never leaves this process and is not encrypted:
  /// for tests of the host program. `client::async_connect_in_memory` takes it.
  memory_transport connect_in_memory();

  /// Reads all files again and takes them from the next handshake on; a client with a certificate
  /// no longer accepted (issuer, validity time, name, revocation, block list) is closed with
  /// `close_code::not_trusted`. Blocks while the files are read.
  /// @throws asio_chat::error if something of it cannot be used: then nothing has changed
  void reload_tls(const tls_server_config& config);

  /// The same without blocking: the files are read, and a key with a passphrase is opened, on a
  /// thread that lives as long as that takes. Completes with `void(result<void>)`, after the
  /// reloads that were asked for before; its failure is what `reload_tls` throws, or
  /// `errc::server_stopping`. A `reload_tls` meanwhile is newer and stays. If the server is
  /// destroyed first, the handler is destroyed and not called.
  template <boost::asio::completion_token_for<void(result<void>)> Token>
  auto async_reload_tls(tls_server_config config, Token&& token) {
    return boost::asio::async_initiate<Token, void(result<void>)>(
        [this](auto handler, tls_server_config c) {
          reload_tls_later(std::move(c), reload_handler(std::move(handler)));
        },
        token, std::move(config));
  }

  /// Takes other master keys. If another one is first, the keys of all rooms are sealed by that one
  /// from now on, and what is written from now on is under new keys. Blocks while they are written.
  /// @throws asio_chat::error if a key cannot be used, or the directory is another: then nothing
  /// has changed
  void reload_storage(const storage_config& config);

  /// The same without blocking: the keys are written on a thread that lives as long as that takes.
  /// Completes with `void(result<void>)`, after the reloads that were asked for before; its failure
  /// is what `reload_storage` throws, which waits for those that are under way. If the server is
  /// destroyed first, it waits for the disk, and the handler is destroyed and not called.
  template <boost::asio::completion_token_for<void(result<void>)> Token>
  auto async_reload_storage(storage_config config, Token&& token) {
    return boost::asio::async_initiate<Token, void(result<void>)>(
        [this](auto handler, storage_config c) {
          reload_storage_later(std::move(c), reload_handler(std::move(handler)));
        },
        token, std::move(config));
  }

  /// Stops accepting, says goodbye to all clients, sends what is waiting, and closes; those not
  /// done within `limits::drain_time` are cut off. Completes with `void(error_code)`.
  template <boost::asio::completion_token_for<void(boost::system::error_code)> Token>
  auto async_stop(Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code)>(
        [this](auto handler) { stop(stop_handler(std::move(handler))); }, token);
  }

  server_stats stats() const;

 private:
  using stop_handler = boost::asio::any_completion_handler<void(boost::system::error_code)>;
  using reload_handler = boost::asio::any_completion_handler<void(result<void>)>;
  void reload_tls_later(tls_server_config config, reload_handler handler);
  void reload_storage_later(storage_config config, reload_handler handler);
  void stop(stop_handler handler);

  class impl;
  std::shared_ptr<impl> impl_;
};

} // namespace asio_chat
