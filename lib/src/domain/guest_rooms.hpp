// Rooms that guests leave behind: no more than so many, and none for ever.
#pragma once

#include "accounts/people.hpp"
#include "base/clock.hpp"

#include <asio_chat/abuse_limits.hpp>
#include <asio_chat/error.hpp>
#include <asio_chat/journal.hpp>
#include <asio_chat/server_counters.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>

namespace asio_chat {

/// A room counts from its first entry on, which is a fact of it as roles are: see
/// `room_facts::is_left_by_guests`. Until then it counts while somebody is in it.
class guest_rooms {
 public:
  struct services {
    journal& log;
    people& known;
    const clock& time;
    server_counters& counters;
    std::function<const abuse_limits*()> limits; ///< null: there are none
    std::function<bool(const std::string&)> in_use;
    std::function<void(std::string what)> alarm;       ///< `of guests` go on with it
    std::function<void(const std::string&)> gone = {}; ///< hears of each that is; may be empty
  };
  static constexpr std::chrono::minutes between_looks{1};
  static constexpr std::size_t looked_at_once = 64; ///< one after the other

  explicit guest_rooms(services s);
  guest_rooms(const guest_rooms&) = delete;
  guest_rooms& operator=(const guest_rooms&) = delete;

  /// Those that are old are removed from now on, until `rest`.
  void begin(time_source& time);
  void rest();

  /// A guest opens a room in which nothing is said.
  result<void> open(const std::string& room);
  /// The first entry of a room is stored, whoever has opened it.
  void said(const std::string& room);
  /// Nobody is in it any more.
  void left(const std::string& room);

  /// How many there are, for an operator.
  std::string describe() const;

 private:
  /// Null: none are to be counted, or removed.
  const abuse_limits* limits() const;
  std::size_t count() const { return services_.known.guest_rooms().size() + unsaid_.size(); }
  /// If there is anything to look at, and no look is under way.
  void look_later();
  void have_looked();
  void look_at_next();
  void drop(const std::string& room);
  void dropped(const std::string& room, const result<journal::drop_state>& how);
  void forget(const std::string& room);

  const services services_;
  std::shared_ptr<guest_rooms*> self_;        ///< for what may be answered when it is gone
  std::set<std::string, std::less<>> opened_; ///< by guests, and in use since
  std::set<std::string, std::less<>> unsaid_; ///< those of them that leave nothing behind
  std::unique_ptr<timer> timer_;
  const time_source* timed_ = nullptr;
  bool looks_ = false;      ///< or will, when the timer ends
  std::size_t left_ = 0;    ///< to be looked at
  std::string looked_at_{}; ///< the last one
};

} // namespace asio_chat
