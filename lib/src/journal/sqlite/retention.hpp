// How much of the logs is kept, and by which clock.
#pragma once

#include "base/clock.hpp"
#include "journal/sqlite/record_table.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace asio_chat::sqlite {

/// Of each room; 0: no limit. What is over them is no longer shown at once as far as the number of
/// entries goes, and taken out of the file with the whole records it is in, a little later. A
/// room's newest record stays, whatever its length.
struct retention {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0; ///< sealed
  std::chrono::milliseconds age{0};
};

/// The first entry that is shown: as many as may be kept.
std::uint64_t first_shown(const room_row& r, const retention& keep) noexcept;

/// Whether a room is so much over its bounds that they are to be kept now, and not with the next
/// sweep.
bool is_urgent(const room_row& r, std::uint64_t unshown, const retention& keep) noexcept;

/// Takes whole records out, oldest first, and changes the row accordingly; the caller writes it.
/// @param max_records how many records one call takes out at most
/// @return how many were taken out
/// @param now what is later was written while the clock was wrong, and is as old as what was
///   written next, when it was right again
std::size_t trim(record_table& records, turn_table& turns, room_row& r, const retention& keep,
                 wall_time now, std::size_t max_records);

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
