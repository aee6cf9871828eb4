// What a client is told, and what happens to it.
#pragma once

#include <asio_chat/close_reason.hpp>
#include <asio_chat/event.hpp>
#include <asio_chat/log.hpp>
#include <asio_chat/tls_config.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace asio_chat {

class time_source; // clock.hpp

/// The identity of a client and how far it has read. A program that stores it can go on after a
/// restart where it stopped. The token is a secret: the server keeps only a hash of it, and takes
/// every client that shows it for this member. Store it for that one server only, where no other
/// user can read it. The library never logs it.
struct resume_state {
  std::string token; ///< empty before the first login
  /// For each room that the client is in: the last entry that `async_receive` has given, or the
  /// client's own acknowledged entry that follows it directly.
  std::map<std::string, position> positions;
  /// The client is logged in to an account, which the token opens. Whether it still does is the
  /// server's business; the client goes by its answers to `/login`, `/register` and `/logout`.
  bool account = false;
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
  /// What others write to the client's account alone comes as entries of rooms, which are called
  /// `@NAME` after the other account: the client goes into each in which there is something new, at
  /// the login and later, and is told its `room_state` first. `/join @NAME` goes into one as well,
  /// messages are sent to it as to a room, and it is gone on with after a lost connection. `/read`
  /// in it tells the server how far the person has read; what was not read comes again to a later
  /// client. Otherwise, and with guests, such messages come as `direct_message`.
  bool direct_rooms = false;
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

  /// Clock and timers, instead of the system's: of time-outs, pings and pauses. OpenSSL judges
  /// certificates by the system's clock all the same. Timers call back on the client's executor.
  std::shared_ptr<time_source> time = {};
  /// Gives numbers from 0 up to, not including, 1, for the random part of pauses, and for nothing
  /// else: never for ids or keys.
  std::function<double()> random = {};
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
  std::string subject;                 ///< e.g. `CN=localhost`
  std::string fingerprint;             ///< SHA-256, `AB:CD:…`; empty if no certificate was seen
  std::string pin;                     ///< `sha256/BASE64`, as `tls_client_config::pins` takes it
  bool self_issued = false;            ///< whether subject and issuer are the same
  std::string issuer = {};             ///< written like `subject`
  std::vector<std::string> names = {}; ///< DNS names and addresses that it is for
  std::chrono::sys_seconds valid_from = {};
  std::chrono::sys_seconds valid_until = {};
};

/// What happens to a client, in order.
using client_event = std::variant<connected, disconnected, entry, member_joined, member_left,
                                  member_renamed, direct_message, acknowledged, reply, refused,
                                  room_state, entries_missed, history_page>;

/// A message to be said.
struct outgoing_message {
  std::string room; ///< empty: the server's default room
  std::string text;
  /// 1 to 64 characters of printable ASCII without spaces, unique among all messages of all
  /// clients, for example a UUID. The server keeps a message once, however often it comes with the
  /// same id: whoever does not know what became of a message says it again with its id. Empty: the
  /// client makes one.
  std::string id = {};
  entry_kind kind = entry_kind::message; ///< or `action`, which is said as `/me` says it
  /// An earlier entry of the room that is edited, deleted (without a text), answered or reacted to.
  /// Such a message comes back as an event, too, as to everybody else.
  entry_reference refers = {};
};

} // namespace asio_chat
