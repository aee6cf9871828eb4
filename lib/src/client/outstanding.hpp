// Messages and requests that the server has not answered yet.
#pragma once

#include "client/pending.hpp"
#include "wire/native_codec.hpp"

#include <asio_chat/event.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>

namespace asio_chat::client_room {

/// Sends a frame to the server.
using frame_sender = std::function<void(std::string_view)>;

/// Messages that are not acknowledged. They outlive a connection: each keeps its id and is sent
/// again over the next one, in the original order. By the id the server recognises those that it
/// has already.
class resend_queue {
 public:
  /// The limits while there is no connection.
  static constexpr std::size_t max_messages = 1000;
  static constexpr std::size_t max_bytes = std::size_t{1} << 20;

  /// @param prefix of all ids; unique to this client
  explicit resend_queue(std::string prefix)
      : prefix_(std::move(prefix) + '-') {}

  /// The id of the message that will be added next.
  std::string next_id() const { return prefix_ + std::to_string(last_ + 1); }
  /// Whether a frame that cannot be sent now may be added.
  bool has_room_for(std::string_view frame) const noexcept;
  void add(std::string frame, pending<acknowledged> waiting, bool sent);

  /// Sends every message, for the first time or again.
  void send_all(const frame_sender& send);

  /// Returns whether the event was the answer to a message. Its handler is then completed.
  bool settle(const event& e);

  /// Fails all: a message that was never sent with `not_connected`, one that was sent with
  /// `connection_lost`, because the server may or may not have kept it.
  void give_up(const std::string& why);
  void fail_all(const failure& why);
  bool empty() const noexcept { return messages_.empty(); }

 private:
  struct message {
    std::string frame;
    pending<acknowledged> waiting;
    bool sent; ///< at least once
  };

  std::map<std::uint64_t, message>::node_type take(std::string_view id);

  std::string prefix_;
  std::uint64_t last_ = 0;
  std::size_t bytes_ = 0;
  std::map<std::uint64_t, message> messages_; ///< by number, so in the order of sending
};

/// Commands and requests for history. They do not outlive a connection. Each has a reference that
/// its answer repeats. For a command that posts a message (`/me`) the server uses the reference as
/// the message id, so references are unique among all clients.
class pending_requests {
 public:
  using waiting = std::variant<pending<reply>, pending<history_page>>;

  /// @param prefix of all references; unique to this client
  explicit pending_requests(std::string prefix)
      : prefix_(std::move(prefix) + '-') {}

  /// The reference of the request that will be added next.
  std::string next_reference() const { return prefix_ + std::to_string(last_ + 1); }
  void add(waiting w) { open_.emplace(++last_, std::move(w)); }

  /// Returns whether the event was the answer to a request. Its handler is then completed.
  bool settle(event& e);
  void fail_all(const failure& why);
  bool empty() const noexcept { return open_.empty(); }

 private:
  bool settle(const acknowledged& a);
  bool settle(reply& r);
  bool settle(const room_state& s);
  bool settle(history_page& p);
  bool settle(const refused& r);

  /// Removes the request of that kind and returns it; empty if there is none.
  template <class T>
  pending<T> take(const std::string& ref);

  std::string prefix_;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, waiting> open_; ///< by number, so in the order of asking
};

/// Both of them. Turns them into frames.
class outstanding {
 public:
  outstanding();

  /// @param max_text the longest text that the server takes, in bytes
  /// @param send empty while there is no connection: the message then waits for the next one
  void say(pending<acknowledged> waiting, std::string room, std::string_view text,
           std::size_t max_text, const frame_sender& send);
  /// The reference of the request that `ask` sends next.
  std::string next_reference() const { return requests_.next_reference(); }
  void ask(pending_requests::waiting waiting, const wire::native::request& what,
           const frame_sender& send);

  /// Returns whether the event was an answer. Its handler is then completed.
  bool settle(event& e) { return messages_.settle(e) || requests_.settle(e); }
  bool empty() const noexcept { return messages_.empty() && requests_.empty(); }

  /// Fails the requests. Messages wait for the next connection.
  void lost(const failure& why) { requests_.fail_all(why); }
  /// Sends the messages over a new connection. Call it before anything else is sent there.
  void send_again(const frame_sender& send) { messages_.send_all(send); }
  /// For when no other connection will follow.
  void give_up(const failure& why);
  void abort(const failure& why);

 private:
  resend_queue messages_;
  pending_requests requests_;
};

} // namespace asio_chat::client_room
