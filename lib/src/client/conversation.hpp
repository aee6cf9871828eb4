// What the server has said, and what is to be said to it. No I/O.
#pragma once

#include "client/login.hpp"
#include "client/rooms.hpp"
#include "wire/native_codec.hpp"

#include <asio_chat/client.hpp>
#include <asio_chat/close_reason.hpp>
#include <asio_chat/error.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat::client_room {

/// Who we are, where we are and how far we have read: from one connection to the next.
///
///   begin -> open -> on(message)... -> logged_in -> on(message)... -> goodbye or lost -> open ->
///   ...
class conversation {
 public:
  explicit conversation(std::shared_ptr<const client_config> config);

  /// A first connection: name and room are those of the settings.
  void begin();
  /// The next connection is to be as this one was.
  void lost() { wanted_ = membership_; }
  /// A connection is up, and has to say `take_requests`.
  /// @param again whether one was lost before
  void open(tls_info tls, bool again);
  /// A login that is under way is over without success.
  void break_off() noexcept;

  /// What follows from a message.
  enum class next {
    nothing,
    tell,      ///< the event; the program is told if it `is_news`
    welcomed,  ///< `take_requests` has what to say, `idle_time` the server's limit
    logged_in, ///< `take_connected` is news, and then each of `take_early`
    failed,    ///< the login; see `login_failure`
    goodbye,   ///< after the login
  };
  /// An event that belongs to a login is kept for `take_early`: it is taken out of the message.
  next on(wire::native::message& m);

  std::vector<wire::native::request> take_requests();
  const std::optional<std::chrono::milliseconds>& idle_time() const;
  connected take_connected();
  std::vector<event> take_early() { return std::exchange(early_, {}); }
  struct ending {
    failure why;
    close_reason reason; ///< the server's own, if it has said goodbye
  };
  ending login_failure() const;

  /// Whether the program has to hear of an event. An entry that we have had already is none.
  bool is_news(const event& e) { return read_.observe(e); }
  /// The room that the last event has put us out of.
  const std::optional<std::string>& left() const noexcept { return left_; }

  /// To join a room: one that we were in before behind its last entry.
  wire::native::join join(std::string ref, std::string room) const;
  /// Says who we are when we come back: a secret.
  const std::string& token() const noexcept { return token_; }
  /// What the server said last.
  std::size_t text_bytes() const noexcept { return text_bytes_; }
  /// Of the program's own, since it has not received everything that we have read.
  const read_positions& read() const noexcept { return read_; }

 private:
  next on(event& e);
  next on(const wire::native::welcome& w);
  next on(const wire::native::goodbye& g);
  next follow(login::outcome outcome);

  std::shared_ptr<const client_config> config_;
  membership membership_;
  membership wanted_;   ///< what is asked for at the next login
  read_positions read_; ///< the program may be behind
  std::string token_;
  std::optional<login> login_;
  bool again_ = false;
  tls_info tls_;
  std::size_t text_bytes_ = 0;
  std::vector<event> early_; ///< events of a login that is not over
  std::optional<std::string> left_;
};

} // namespace asio_chat::client_room
