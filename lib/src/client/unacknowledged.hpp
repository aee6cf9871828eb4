// Messages that were given to us and not acknowledged yet.
#pragma once

#include "client/pending.hpp"

#include <asio_chat/event.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace asio_chat::client_room {

/// They outlive a connection: each keeps its id and is sent again over the next one, in the order
/// in which they were given. The server knows by the id what it has already.
class unacknowledged {
 public:
  /// While there is no connection no more than this is kept.
  static constexpr std::size_t most_messages = 1000;
  static constexpr std::size_t most_bytes = std::size_t{1} << 20;

  /// @param prefix of all ids: what tells this client's from any other's
  explicit unacknowledged(std::string prefix)
      : prefix_(std::move(prefix) + '-') {}

  /// The id of the message that will be added next.
  std::string next_id() const { return prefix_ + std::to_string(last_ + 1); }
  /// Whether a frame may be added that cannot be sent now.
  bool has_room_for(std::string_view frame) const noexcept;
  void add(std::string frame, pending<acknowledged> waiting, bool sent);

  /// Hands over the frame of every message, to be sent (again).
  void send_all(const std::function<void(const std::string&)>& send);

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

} // namespace asio_chat::client_room
