// When the next picture may be drawn.
#pragma once

#include "base/clock.hpp"

#include <algorithm>
#include <chrono>

namespace asio_chat::app {

/// One in 16 ms, for a person does not see more. After a while without any, three come at once: the
/// start and many keys lead to what is seen in steps, each of which waits for the server. So work
/// is bounded by time, however much is said.
class picture_pace {
 public:
  steady_time next(steady_time now) const noexcept { return std::max(now, paid_until_ - ahead); }
  void drawn(steady_time now) noexcept { paid_until_ = std::max(now, paid_until_) + interval; }

 private:
  static constexpr std::chrono::milliseconds interval{16};
  static constexpr std::chrono::milliseconds ahead = 2 * interval;
  steady_time paid_until_{}; ///< by those that were drawn, one in each interval
};

} // namespace asio_chat::app
