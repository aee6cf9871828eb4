// The state that the server's messages build up, and what has to be sent to it. Does no I/O.
#pragma once

#include "client/login.hpp"
#include "client/rooms.hpp"
#include "wire/native_codec.hpp"

#include <asio_chat/client_config.hpp>
#include <asio_chat/close_reason.hpp>
#include <asio_chat/error.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat::client_room {

/// Keeps the identity, the rooms and the read positions from one connection to the next.
///
///   begin -> open -> on(message)... -> logged_in -> on(message)... -> goodbye or lost
///           <----------------------------------------------------------
class conversation {
 public:
  explicit conversation(std::shared_ptr<const client_config> config);

  /// Starts a first connection, with the name and the room of the settings.
  void begin();
  /// The next login asks for the name and the rooms of this one.
  void lost() { wanted_ = membership_; }
  /// Starts the login over a connection that is up; `take_requests` has its first request.
  /// @param again whether a connection was lost before
  /// @param ids what the ids of messages are made of
  void open(tls_info tls, bool again, std::string ids);
  /// Ends a login that is under way, without success.
  void break_off() noexcept;

  /// What the client has to do after a message.
  enum class next {
    nothing,
    tell,      ///< pass the event on to the program if it `is_news`
    welcomed,  ///< send `take_requests`; `idle_time` has the server's limit
    logged_in, ///< pass on `take_connected`, then each of `take_early`
    failed,    ///< the login has failed, see `login_failure`
    goodbye,   ///< the server has said goodbye after the login
  };
  /// An event that arrives during the login is moved out of the message, for `take_early`.
  next on(wire::native::message& m);

  std::vector<wire::native::request> take_requests();
  const std::optional<std::chrono::milliseconds>& idle_time() const;
  connected take_connected();
  std::vector<event> take_early() { return std::exchange(early_, {}); }
  struct ending {
    failure why;
    close_reason reason; ///< the server's own if it has said goodbye
  };
  ending login_failure() const;

  /// Whether the event is new. An entry that came before, over an earlier connection, is not.
  bool is_news(const event& e) { return read_.observe(e); }
  /// The room that the client has left by the last event, if it has left one.
  const std::optional<std::string>& left() const noexcept { return left_; }

  /// A request to join a room; if the room was read before, from its last entry on.
  wire::native::join join(std::string ref, std::string room) const;
  /// Whether the client is logged in to an account, which the token opens.
  bool has_account() const noexcept { return membership_.account(); }
  /// Proves the identity when the client comes back; a secret.
  const std::string& token() const noexcept { return token_; }
  /// The longest text that the server takes, as it has said last.
  std::size_t text_bytes() const noexcept { return text_bytes_; }
  /// How far each room was read from the server; the program may have received less.
  const read_positions& read() const noexcept { return read_; }

 private:
  next on(event& e);
  next on(const wire::native::welcome& w);
  next on(const wire::native::goodbye& g);
  next follow(login::outcome outcome);

  std::shared_ptr<const client_config> config_;
  membership membership_;
  membership wanted_; ///< what the next login asks for
  read_positions read_;
  std::string token_;
  std::optional<login> login_;
  bool again_ = false;
  tls_info tls_;
  std::size_t text_bytes_ = 0;
  std::vector<event> early_; ///< events of a login that is under way
  std::optional<std::string> left_;
};

} // namespace asio_chat::client_room
