// Rooms that keep less than the server would.
#pragma once

#include "accounts/people.hpp"
#include "base/clock.hpp"

#include <asio_chat/journal.hpp>
#include <asio_chat/limits.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace asio_chat {

/// What falls out of them is taken out of their logs: piece by piece, one room after the other, so
/// that nobody waits for it. What a kill leaves is found by the next look.
class short_rooms {
 public:
  struct services {
    journal& log;
    people& known;
    const clock& time;
    std::function<void(std::string what)> tell; ///< operators, that a room cannot be trimmed
  };
  static constexpr std::chrono::minutes between_looks{1};

  explicit short_rooms(services s);
  short_rooms(const short_rooms&) = delete;
  short_rooms& operator=(const short_rooms&) = delete;

  /// They are looked at from now on, until `rest`.
  void begin(time_source& time);
  /// The journal is asked for no more, for good.
  void rest();
  /// What this one keeps has changed: it is looked at soon.
  void changed(const std::string& room);

 private:
  void look_later();
  void look_at_next();
  /// Of those that have changed, and then of all; none: there is no other.
  std::optional<std::string> next();
  void trim(const std::string& room, const room_facts& facts);
  void trimmed(const std::string& room, const result<bool>& more);

  const services services_;
  std::shared_ptr<short_rooms*> self_; ///< for what may be answered when it is gone
  std::unique_ptr<timer> timer_;
  const time_source* timed_ = nullptr;
  bool looks_ = false;  ///< a trim is under way
  bool waits_ = false;  ///< for the timer
  bool sweeps_ = false; ///< goes through all
  bool rests_ = false;
  std::set<std::string> changed_;
  std::set<std::string> failed_; ///< and operators know it
  std::string looked_at_{};      ///< the last one of a sweep
};

/// `messages for 30d, at most 10000 of them`; of neither: `messages for ever`
std::string retention_text(std::uint64_t entries, std::chrono::milliseconds age);

} // namespace asio_chat
