// What operators are told of those who are held back.
#pragma once

#include "base/clock.hpp"
#include "base/minute_folds.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace asio_chat {

/// An entry for each member, or address, and kind in a minute.
class alarm_book {
 public:
  static constexpr std::size_t max_known = 256;

  /// @param say says something in the room of the alarms
  alarm_book(time_source& time, std::function<void(std::string)> say);
  alarm_book(const alarm_book&) = delete;
  alarm_book& operator=(const alarm_book&) = delete;

  /// @param who a name, with the address if there is one
  /// @param what the same for all of a kind: it goes on after the name
  void add(std::string who, std::string what);
  /// What was not told yet stays untold: nobody waits for it any more.
  void rest() { timer_.reset(); }

 private:
  using kind = std::pair<std::string, std::string>;

  void wake_later();
  void wake();

  const clock& time_;
  std::function<void(std::string)> say_;
  minute_folds<kind> minutes_{max_known};
  std::unique_ptr<timer> timer_; ///< null: it rests
  bool waits_ = false;
};

} // namespace asio_chat
