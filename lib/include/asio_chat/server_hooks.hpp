// Where a host program takes part in its server: its own users, its own rules.
#pragma once

#include <asio_chat/errc.hpp>
#include <asio_chat/host_requests.hpp>
#include <asio_chat/rights.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace asio_chat {

class journal;     // journal.hpp
class time_source; // clock.hpp

/// What a connection shows of who it is, at its login.
struct login_request {
  std::string name; ///< that it asks for; empty: none
  /// The passphrase that the client gave, as the password of the user; no value: none. Where
  /// `server_config::passphrase` is set, that one is checked first, and this has no value. Clients
  /// of the text protocol give another one only with `server_hooks::passwords_in_text`.
  std::optional<std::string> password;
  std::string certificate; ///< subject of the client's certificate, which is verified; empty: none
  std::string address;     ///< such as `192.0.2.7:40000`; `memory` for one in memory
  std::uint64_t session = 0; ///< the connection, see `server::sessions`
};

/// The connection may come in.
struct login_accepted {
  /// The user's identity with the host: stable, and never shown to anyone. What proves the user to
  /// others (`member_joined::proof`) is a hash of it under a key of the data directory; without one
  /// there is no key, so who guesses the identity can confirm it. All
  /// connections with the same one are one member (`limits::member_connections`), whatever name
  /// they ask for; their messages keep their author when they come back. Empty: a guest, who is
  /// recognised by the resume token of the client alone.
  std::string user;
  /// The name that the member bears. Empty: the one that was asked for, or a free one.
  std::string name = {};
  /// Those of the last login hold for all connections of the user.
  rights may = rights::all();
  /// On the server. It may do no more than both this and `may` say; `role::op` keeps order in every
  /// room.
  role as = role::guest;
};

/// The connection may not come in. It may try again, if its protocol lets it.
struct login_refused {
  std::string why; ///< told to the client
  /// When it may be worth to try again, which the client is told.
  std::optional<std::chrono::seconds> retry_after = {};
  /// Ends the connection, and tells the client that coming back is of no use.
  bool for_good = false;
  errc code = errc::login_required; ///< for the client program
};

using login_answer = std::variant<login_accepted, login_refused>;
using login_answer_handler = std::function<void(login_answer)>;
using login_hook = std::function<void(const login_request&, login_answer_handler)>;

/// What a host decides. Every hook may be empty, which costs nothing.
///
/// **Answers.** A hook is given a function, and calls it once with its answer: from inside the
/// call, or later, on the thread of the server. A second answer is ignored, and so is one that
/// comes when the connection or the server has gone: the function may be kept as long as the host
/// likes. What was asked is refused with `errc::not_available` (`try again later`), and the log has
/// a warning, if the hook throws before it has answered, if it destroys the function (and all
/// copies) without having called it, or if it has not answered after `answer_time`.
///
/// **Thread.** Hooks are called on the thread that runs the io_context. All clients wait while a
/// hook runs: one that has to wait keeps the function, returns, and answers later. A hook may call
/// the server, but must not destroy it.
struct server_hooks {
  /// Says who somebody is, and what they may do. Empty: everybody with the passphrase comes in.
  /// Nothing more of the connection is read until it is answered; the whole login has to be done
  /// within `limits::login_time`.
  login_hook authenticate = {};

  /// Clients of the text protocol have to say a password before their name, as they do where there
  /// is a passphrase: for an `authenticate` that lets nobody in without one.
  bool passwords_in_text = false;

  /// Says whether a message is stored, and with which text. It is asked about messages, actions and
  /// topics of members; neither about what the host itself says nor about `/msg`, which is never
  /// stored (withhold `right::send_direct` where that must not be). Messages of a room are stored
  /// in the order in which they were asked about, so that one which is decided late holds up the
  /// room. A client that repeats a message after a lost connection is asked about again: give the
  /// same answer to the same id.
  post_hook on_post = {};

  /// From 1 ms to 24 h.
  std::chrono::milliseconds answer_time = std::chrono::seconds(10);

  /// The logs of the rooms, instead of those in memory or on disk (`server_config::storage` then
  /// names no directory). It has to answer on the server's executor. Servers of one executor may
  /// share it: each of them tells its members what is said at the others. Names and accounts are
  /// then kept in memory. See `journal.hpp`, and `testing/journal_contract.hpp` for
  /// its tests.
  std::shared_ptr<asio_chat::journal> journal = {};

  /// Clock and timers, instead of the system's: whatever the server waits for, and the times of
  /// entries. OpenSSL judges certificates by the system's clock all the same. Timers call back on
  /// the server's executor.
  std::shared_ptr<time_source> time = {};

  /// Gives numbers from 0 up to, not including, 1, by which some connections are refused while too
  /// many have not logged in (`admission_limits`). Keys, tokens and ids are never made of them.
  std::function<double()> random = {};
};

} // namespace asio_chat
