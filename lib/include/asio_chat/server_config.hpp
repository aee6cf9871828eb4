// The configuration of a server.
#pragma once

#include <asio_chat/abuse_limits.hpp>
#include <asio_chat/admission_limits.hpp>
#include <asio_chat/limits.hpp>
#include <asio_chat/log.hpp>
#include <asio_chat/rate_limits.hpp>
#include <asio_chat/tls_config.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat {

class second_factor;
enum class factor_need : std::uint8_t; // second_factor.hpp

/// Where the logs of the rooms are kept.
struct storage_config {
  /// An existing directory that no other server uses. Empty: the logs are in memory and end with
  /// the server.
  std::string directory;
  /// The master keys, 64 hexadecimal digits each. The first one seals what is written from now on;
  /// all of them are tried to open what is there. Without its key a history cannot be read.
  std::vector<std::string> master_keys;
  /// Make a new journal although `keys.db` in the directory has keys of rooms, whose journal is
  /// missing or empty. Otherwise a server does not start then: more likely a file was lost, and
  /// going on would begin all rooms anew. Does nothing where the journal is there.
  bool begin_anew = false;
};

/// Who may make an account.
enum class registration_use : std::uint8_t {
  open,    ///< whoever comes, for the name they have
  invited, ///< whoever has a code that `/invitation` made
  closed,  ///< nobody in the chat: `asio-chatd account add`
};

/// Whether certificates of clients say who is who.
enum class certificate_names : std::uint8_t {
  off,         ///< no: they open accounts that they were added to, by `/cert`
  common_name, ///< the common name is the name, and opens the account of that name
};

/// Who may have an account, where the server keeps accounts: it does unless a host says who is who.
struct people_config {
  registration_use registration = registration_use::open; ///< by `/register`
  bool guests = true; ///< whoever has no account may do more than `/login` and `/register`
  /// What the hash of a password takes, 8 MiB to 1 GiB: so much the more for whoever guesses.
  std::size_t password_memory = 64u << 20;
  factor_need second_factor{}; ///< `factor_need::nobody`
  /// Other than `off` takes `client_certificates::required`, or a `tls_server_config::context` that
  /// requires one: who shows none does not come in.
  certificate_names names = certificate_names::off;
  /// Makes and checks the codes, `make_totp()`; null: there is no second factor, and nobody has to
  /// have one.
  std::shared_ptr<asio_chat::second_factor> factor = {};
};

/// What a server is told. `server` checks it, and throws `asio_chat::error` where it is wrong.
struct server_config {
  // In the library, so that a program need not compile them.
  server_config();
  server_config(const server_config&);
  server_config(server_config&&) noexcept;
  server_config& operator=(const server_config&);
  server_config& operator=(server_config&&) noexcept;
  ~server_config();

  tls_server_config tls; ///< without a certificate `server::listen` fails
  /// The passphrase that all clients share; not empty. No value: clients need none.
  std::optional<std::string> passphrase;
  std::string default_room = "lobby"; ///< the room of all clients of the text protocol
  asio_chat::limits limits;
  admission_limits admission; ///< for connections that have not logged in
  rate_limits rates;          ///< for members
  abuse_limits abuse;         ///< likewise
  /// For single rooms, by their names: another value than `limits::join_history`.
  std::map<std::string, std::size_t> join_history;
  storage_config storage;
  people_config people;
  /// Addresses and networks of proxies, such as `10.0.0.0/8` or `2001:db8::7`, and `unix` for those
  /// that come through `server::listen_on` of a Unix socket. A connection from there begins with a
  /// header of the PROXY protocol, version 2, before TLS, which says where it comes from: that
  /// address counts for limits, bans and the log. One without is closed.
  std::vector<std::string> proxy_from;
  int backlog = 1024;        ///< of the listening sockets, 1 to 65535
  bool log_messages = false; ///< whether texts of messages are logged
  /// Whether live messages tell the members of a room the address of their sender, see
  /// `entry::address`. Off by default, because addresses are personal data.
  bool sender_addresses = false;
  log_function log; ///< empty: no log
};

} // namespace asio_chat
