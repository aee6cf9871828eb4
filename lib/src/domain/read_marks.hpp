// How far accounts have read rooms, told to all their connections.
#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace asio_chat {

class endpoint;
class hub;
class member;
class people;
class room;

/// What is read moves at once, and forward only; it is kept later, of many accounts as one change.
/// A guest has nothing that lasts, and so nothing is known of one.
class read_marks {
 public:
  static constexpr std::chrono::seconds between_changes{2};
  static constexpr std::size_t max_at_once = 256; ///< accounts, of one change

  explicit read_marks(hub& in)
      : in_(in) {}
  read_marks(const read_marks&) = delete;
  read_marks& operator=(const read_marks&) = delete;

  /// From now on changes are kept by the time; before that at once.
  void begin(time_source& time);
  /// All is kept that is not, without waiting.
  void rest();

  /// A connection tells that everything until there was read; its account's others are told.
  /// @param until no further than the room's head
  /// @return how far the account has read now, as `read_place::item` says it; nothing of a guest
  std::vector<std::string> moved(endpoint& by, const room& in, std::uint64_t until);
  /// The log of the room is gone.
  void forget_room(const std::string& room);

 private:
  void keep_later();
  void keep();

  hub& in_;
  std::unique_ptr<timer> timer_;
  const time_source* timed_ = nullptr;
  bool keeps_ = false; ///< or will, when the timer ends
};

/// How far the account of a member has read a room, see `room_state::read`. A place that is not in
/// the log as it is now (that was put back, or begun anew) is at its head from now on.
std::uint64_t read_until(people& known, const member& m, const room& r, wall_time now);

} // namespace asio_chat
