// The time of day, for what takes things away because they are old.
#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <optional>

namespace asio_chat::sqlite {

/// A clock that was set wrong must not be the end of the history. One that goes back is believed at
/// once: less is old then. One that jumps ahead is believed when it has stood for a day; until then
/// time goes on from where it was.
class settled_clock {
 public:
  static constexpr std::chrono::hours believed_after{24};
  static constexpr std::chrono::hours tolerance{1}; ///< ahead by no more is no jump

  /// @param newest of all entries: a start much later than that may have a wrong clock
  void start(steady_time now, wall_time wall, std::optional<wall_time> newest) {
    believe(now, newest && wall > *newest + tolerance ? *newest + tolerance : wall);
    look(now, wall);
  }

  wall_time look(steady_time now, wall_time wall) {
    if (wall - reckoned(believed_, now) <= tolerance) {
      believe(now, wall);
      doubted_.reset();
    } else if (!doubted_ || distance(reckoned(*doubted_, now), wall) > tolerance) {
      doubted_ = known{now, wall};
    } else if (now - doubted_->at >= believed_after) {
      believe(now, wall);
      doubted_.reset();
    }
    return reckoned(believed_, now);
  }

 private:
  struct known {
    steady_time at;
    wall_time time;
  };

  static wall_time reckoned(const known& k, steady_time now) {
    return k.time + std::chrono::duration_cast<wall_time::duration>(now - k.at);
  }
  static wall_time::duration distance(wall_time a, wall_time b) { return a < b ? b - a : a - b; }
  void believe(steady_time now, wall_time wall) { believed_ = {now, wall}; }

  known believed_{};
  std::optional<known> doubted_;
};

} // namespace asio_chat::sqlite
