#pragma once

#include "blocking_tls.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace asio_chat::bench {

/// A place in a room's log.
struct position {
  std::uint64_t epoch = 0;
  std::uint64_t offset = 0;
};
position position_of(const boost::json::value& json);
boost::json::object to_json(const position& at);

/// A client of the native protocol that does one thing at a time: each call returns when it is
/// complete, and throws run_error if it fails.
class native_client {
 public:
  /// Connects, logs in, and joins `room` (empty: none).
  native_client(const endpoint& at, SSL_CTX* context, std::string_view name,
                std::string_view room = "lobby");

  /// The last entry of the room that was entered last.
  position head() const { return head_; }

  void join(std::string_view room);
  /// Sends one message and returns when it is acknowledged.
  void say(std::string_view text);
  /// Returns an id that no message of this client has had.
  std::string new_id() { return std::to_string(++ids_); }

  /// Adds to what `flush` sends.
  void queue(const boost::json::object& message);
  void flush();
  void send(const boost::json::object& message);

  /// Waits for a message of this type and ignores others. Throws run_error for an error or a
  /// goodbye.
  boost::json::object wait_for(std::string_view type);

 private:
  std::string_view next_frame();

  blocking_tls connection_;
  std::string in_;
  std::size_t taken_ = 0; // of in_
  std::string out_;
  std::uint64_t ids_ = 0;
  position head_;
};

} // namespace asio_chat::bench
