// What the domain sees of a session.
#pragma once

#include "model/shared_event.hpp"

#include <asio_chat/close_reason.hpp>

#include <string>
#include <vector>

namespace asio_chat {

/// Where a member's events go. Neither call comes back into the domain before it returns: a sink
/// that wants its member to leave says so to the hub later.
class sink {
 public:
  virtual void deliver(const shared_event& e) = 0;
  /// The member is to go.
  virtual void close(close_reason reason) = 0;
  /// How the connection is protected, in lines for the member.
  virtual std::vector<std::string> protection() const = 0;

 protected:
  ~sink() = default;
};

} // namespace asio_chat
