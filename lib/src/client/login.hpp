// From the first frame to being in all rooms: what to say, and when it is done. No I/O.
#pragma once

#include "wire/native_codec.hpp"

#include <asio_chat/error.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace asio_chat::client_room {

/// We say hello with the first room, and after the welcome ask for the others; logged in is who
/// was welcomed and has an answer for each room.
///
///   -> hello{name, room}   <- welcome   <- room   -> join...   <- room...
class login {
 public:
  enum class outcome { under_way, done, failed };
  /// Of the request for all rooms of two in which there is something new.
  static constexpr std::string_view direct_ref = "direct";

  /// @param rooms to be in, and from where on to be told; none: in no room
  /// @param again whether this is a reconnection: then a room that refuses us is left out, while
  ///              at the first time it is a failure
  login(wire::native::hello hello, std::vector<wire::native::join> rooms, bool again);

  /// What has to be sent now: not empty after construction and after the welcome.
  std::vector<wire::native::request> take_requests();

  outcome on(const wire::native::welcome& w);
  outcome on(const room_state& state);
  outcome on(const refused& no);
  outcome on(const wire::native::goodbye& g);

  const wire::native::welcome& welcome() const { return *welcome_; }
  /// Only when failed.
  const failure& why() const noexcept { return why_; }
  /// Likewise: the server's own, if it has said goodbye.
  const std::optional<close_reason>& goodbye() const noexcept { return goodbye_; }
  /// The room that one was refused.
  std::string_view room_of(const refused& no) const noexcept;

 private:
  outcome progress() const noexcept;
  outcome fail_with(failure f);

  std::vector<wire::native::join> rooms_;
  bool direct_;
  bool again_;
  std::vector<wire::native::request> requests_;
  std::optional<wire::native::welcome> welcome_;
  std::size_t answered_ = 0;
  bool first_answered_ = false;
  failure why_;
  std::optional<close_reason> goodbye_;
};

} // namespace asio_chat::client_room
