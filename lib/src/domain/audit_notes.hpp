// What operators of the server read of what is done in rooms.
#pragma once

#include "base/clock.hpp"
#include "domain/token_bucket.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <string>

namespace asio_chat {

/// Who opens a room keeps order in it, and may do so as often as they like. So that this cannot
/// push out what was done to the server, `audit` takes so much of each room, and of all rooms; the
/// rest is in the log of the room alone, and operators are told that there is more.
class audit_notes {
 public:
  static constexpr rate of_room{20, std::chrono::hours(24)};
  static constexpr rate of_all{200, std::chrono::hours(24)};

  /// @param write into `audit`
  /// @param alarm tells operators of a room or an account: goes on after its name
  audit_notes(const clock& time, std::function<void(std::string)> write,
              std::function<void(std::string whose, std::string what)> alarm);

  /// Something was done by somebody who is no operator of the server.
  void add(const std::string& room, std::string text);
  /// An account has done something with itself.
  /// @param account that no room is called
  /// @param name for the alarm
  void add_own(const std::string& account, const std::string& name, std::string text);

 private:
  static constexpr std::size_t max_rooms = 1'000; ///< that are counted, and accounts likewise

  using buckets = std::map<std::string, token_bucket>;

  /// Whether `audit` takes one more of it.
  bool take(buckets& of, const std::string& key);

  const clock& time_;
  std::function<void(std::string)> write_;
  std::function<void(std::string, std::string)> alarm_;
  buckets rooms_;
  buckets accounts_;
  token_bucket all_;
};

} // namespace asio_chat
