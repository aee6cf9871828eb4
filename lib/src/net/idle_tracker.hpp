// Sends sessions to sleep that are quiet for a while.
#pragma once

#include "base/clock.hpp"

#include <boost/intrusive/list.hpp>

#include <chrono>
#include <cstddef>

namespace asio_chat::net {

using idle_hook =
    boost::intrusive::list_base_hook<boost::intrusive::tag<class idle_tracked>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// A connection that can do without much of its memory while nothing happens.
class idle_tracked : public idle_hook {
 public:
  /// Nothing was read for the while, or for up to two. A session that cannot sleep now
  /// is watched again.
  virtual void try_sleep() = 0;

 protected:
  ~idle_tracked() = default;

  /// Something was read. That is all that a message costs.
  void mark_active() noexcept { active_ = true; }

 private:
  friend class idle_tracker;
  bool active_ = false;
  bool asleep_ = false;
  steady_time since_{};
};

/// Watches the sessions that are awake. A sleep and a waking cost some 40 us of CPU, and messages
/// must not wait for a thousand of them: so only some are sent to sleep at a time, and they are
/// looked at a few times a second.
class idle_tracker {
 public:
  /// @param quiet_time 0: nobody sleeps
  explicit idle_tracker(std::chrono::milliseconds quiet_time)
      : quiet_time_(quiet_time) {}

  /// Awake from now on. @param now when it was read from; {}: it may sleep at the next visit
  void watch(idle_tracked& s, steady_time now);
  /// One that was asked to sleep does: its memory is free. `watch` it when it wakes.
  void fell_asleep(idle_tracked& s);
  /// Watched no more, and not asleep either.
  void leave(idle_tracked& s);

  /// Asks some of the quiet sessions to sleep. To be called a few times a second.
  /// @return whether there are more
  bool visit(steady_time now);
  /// Gives memory back, if it is time. To be called after such a visit, once.
  void trim(steady_time now);
  std::size_t asleep() const noexcept { return asleep_; }

 private:
  using list = boost::intrusive::list<idle_tracked, boost::intrusive::base_hook<idle_hook>,
                                      boost::intrusive::constant_time_size<false>>;

  std::chrono::milliseconds quiet_time_;
  list awake_; ///< those watched the longest come first
  std::size_t asleep_ = 0;
  std::size_t asleep_since_trim_ = 0;
  std::size_t asleep_at_last_visit_ = 0; ///< of these
  steady_time trimmed_{};
};

} // namespace asio_chat::net
