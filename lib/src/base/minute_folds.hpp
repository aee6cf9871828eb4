// What happens again and again is told once, and then as a count for each minute.
#pragma once

#include "base/clock.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

namespace asio_chat {

/// The first of a kind is told at once. The same again within a minute is counted, and at the end
/// of the minute the count is told. What is remembered is bounded: when `max` kinds are in their
/// minute, all others share one count.
/// @tparam Key says what is the same
template <class Key>
class minute_folds {
 public:
  static constexpr std::chrono::seconds minute{60};

  explicit minute_folds(std::size_t max)
      : max_(max) {}

  /// @return whether it is to be told now
  bool add(Key what, steady_time now) {
    const auto same = std::ranges::find(known_, what, &minute_of::what);
    if (same != known_.end()) {
      ++same->repeated;
      return false;
    }
    if (known_.size() < max_) {
      known_.push_back({std::move(what), now});
      return true;
    }
    if (others_++ == 0) others_since_ = now;
    return false;
  }

  /// Tells the counts of all minutes that are over.
  /// @param tell called as `tell(key, count)`, @param tell_others as `tell_others(count)`
  template <class Tell, class TellOthers>
  void visit(steady_time now, const Tell& tell, const TellOthers& tell_others) {
    while (!known_.empty() && now - known_.front().since >= minute) {
      minute_of over = std::move(known_.front());
      known_.pop_front();
      if (over.repeated == 0) continue;
      tell(over.what, std::exchange(over.repeated, 0));
      // This was told: the next count is due in a minute.
      over.since = now;
      known_.push_back(std::move(over));
    }
    if (others_ != 0 && now - others_since_ >= minute) tell_others(std::exchange(others_, 0));
  }

  /// Tells what has been counted until now.
  template <class Tell, class TellOthers>
  void finish(const Tell& tell, const TellOthers& tell_others) {
    for (minute_of& m : known_)
      if (m.repeated != 0) tell(m.what, std::exchange(m.repeated, 0));
    if (others_ != 0) tell_others(std::exchange(others_, 0));
  }

  /// When the next minute ends; none: nothing is remembered.
  std::optional<steady_time> next_end() const {
    if (!known_.empty()) return known_.front().since + minute;
    return others_ != 0 ? std::optional(others_since_ + minute) : std::nullopt;
  }

 private:
  struct minute_of {
    Key what;
    steady_time since;
    std::size_t repeated = 0;
  };

  std::size_t max_;
  std::deque<minute_of> known_; ///< the earliest first
  std::size_t others_ = 0;      ///< found no place there
  steady_time others_since_{};
};

} // namespace asio_chat
