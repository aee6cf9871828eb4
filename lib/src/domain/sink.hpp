// What the domain sees of a session.
#pragma once

#include "model/shared_event.hpp"

#include <asio_chat/close_reason.hpp>

#include <cstdint>
#include <span>
#include <utility>

namespace asio_chat {

/// Whether a sink can take more than it has.
enum class backpressure {
  ready,
  blocked, ///< what can wait should wait until `hub::ready` is called for the member
};

/// What is written first where there is not time for all, the first one first.
enum class priority : std::uint8_t {
  few,  ///< what a few are told
  many, ///< what many are told
  news, ///< who comes and goes
};

/// Where a member's events go. No call comes back into the domain before it returns: a sink that
/// wants something of the hub says so later.
class sink {
 public:
  virtual backpressure deliver(const shared_event& e) = 0;
  /// The same in one go, where that is less work.
  virtual backpressure deliver_all(const entry_group& g) {
    backpressure left = backpressure::ready;
    for (const shared_event& e : g.entries())
      left = deliver(e);
    return left;
  }
  /// Acknowledgements of messages that came over this sink and are stored one after the other.
  /// @param all are used up
  virtual backpressure deliver_receipts(std::span<acknowledged> all) {
    backpressure left = backpressure::ready;
    for (acknowledged& a : all)
      left = deliver(share(std::move(a)));
    return left;
  }
  /// As the last delivery said, as long as it has not changed.
  virtual bool full() const noexcept = 0;
  /// Whether to take no more commands for now: what was asked before comes first.
  virtual void hold(bool on) = 0;
  /// The member asks nothing more: no command is taken from here on. `close` follows when all is
  /// answered; if that takes too long the sink closes by itself, for the same reason.
  virtual void wind_down(const close_reason& reason) = 0;
  /// The member is to go.
  virtual void close(close_reason reason) = 0;
  /// How the connection is protected.
  virtual answers::protection protection() const = 0;

 protected:
  ~sink() = default;
};

} // namespace asio_chat
