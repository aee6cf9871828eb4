// What was asked of the server and is not answered yet.
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

/// Takes a frame to the server.
using frame_sender = std::function<void(std::string_view)>;

/// Messages. They outlive a connection: each keeps its id and is sent again over the next one, in
/// the order in which they were given. The server knows by the id what it has already.
class resend_queue {
 public:
  /// While there is no connection no more than this is kept.
  static constexpr std::size_t max_messages = 1000;
  static constexpr std::size_t max_bytes = std::size_t{1} << 20;

  /// @param prefix of all ids: what tells this client's from any other's
  explicit resend_queue(std::string prefix)
      : prefix_(std::move(prefix) + '-') {}

  /// The id of the message that will be added next.
  std::string next_id() const { return prefix_ + std::to_string(last_ + 1); }
  /// Whether a frame may be added that cannot be sent now.
  bool has_room_for(std::string_view frame) const noexcept;
  void add(std::string frame, pending<acknowledged> waiting, bool sent);

  /// Hands over the frame of every message, to be sent (again).
  void send_all(const frame_sender& send);

  /// Whether the event was the answer to a message; then its handler has it.
  bool settle(const event& e);

  /// Nothing will be sent any more: what never was is not kept, of the rest nobody can tell.
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

/// Commands and pages of history. They do not outlive a connection. Each has a reference; the
/// answer brings it back. What says something (`/me`) is known to the server by it as a message is,
/// so no other request of any client has the same.
class pending_requests {
 public:
  using waiting = std::variant<pending<reply>, pending<history_page>>;

  /// @param prefix of all references: what tells this client from any other
  explicit pending_requests(std::string prefix)
      : prefix_(std::move(prefix) + '-') {}

  /// The reference of the request that will be added next.
  std::string next_reference() const { return prefix_ + std::to_string(last_ + 1); }
  void add(waiting w) { open_.emplace(++last_, std::move(w)); }

  /// Whether the event was the answer to a request; then its handler has it.
  bool settle(event& e);
  void fail_all(const failure& why);
  bool empty() const noexcept { return open_.empty(); }

 private:
  bool settle(const acknowledged& a);
  bool settle(reply& r);
  bool settle(const room_state& s);
  bool settle(history_page& p);
  bool settle(const refused& r);

  /// The pending request of that kind, which is no longer open; or an empty one.
  template <class T>
  pending<T> take(const std::string& ref);

  std::string prefix_;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, waiting> open_; ///< by number, so in the order of asking
};

/// Both, and the frames that they become.
class outstanding {
 public:
  outstanding();

  /// @param max_text bytes that the server takes
  /// @param send none while there is no connection: then the message waits for the next one
  void say(pending<acknowledged> waiting, std::string room, std::string_view text,
           std::size_t max_text, const frame_sender& send);
  /// The reference of the request that will be asked next.
  std::string next_reference() const { return requests_.next_reference(); }
  void ask(pending_requests::waiting waiting, const wire::native::request& what,
           const frame_sender& send);

  /// Whether the event was an answer; then its handler has it.
  bool settle(event& e) { return messages_.settle(e) || requests_.settle(e); }
  bool empty() const noexcept { return messages_.empty() && requests_.empty(); }

  /// The connection is gone, and another one may come: messages wait for it.
  void lost(const failure& why) { requests_.fail_all(why); }
  /// Messages come before anything that is said over the new connection.
  void send_again(const frame_sender& send) { messages_.send_all(send); }
  /// There will be no other connection.
  void give_up(const failure& why);
  void abort(const failure& why);

 private:
  resend_queue messages_;
  pending_requests requests_;
};

} // namespace asio_chat::client_room
