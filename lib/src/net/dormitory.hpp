// Sends sessions to sleep that are quiet for a while.
#pragma once

#include "base/clock.hpp"

#include <boost/intrusive/list.hpp>

#include <chrono>
#include <cstddef>

namespace asio_chat::net {

using sleeper_hook =
    boost::intrusive::list_base_hook<boost::intrusive::tag<class sleeper>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// A connection that can do without much of its memory while nothing happens.
class sleeper : public sleeper_hook {
 public:
  /// Nothing was read or written for the while, or for up to two. A session that cannot sleep now
  /// is watched again.
  virtual void rest() = 0;

 protected:
  ~sleeper() = default;

  /// Something was read or written. That is all that a message costs.
  void stir() noexcept { stirred_ = true; }

 private:
  friend class dormitory;
  bool stirred_ = false;
  bool asleep_ = false;
  steady_time since_{};
};

/// Watches the sessions that are awake. A sleep and a waking cost some 40 us of CPU, and messages
/// shall not wait for a thousand of them: so they are sent to bed some at a time, and seldom looked
/// at.
class dormitory {
 public:
  /// @param quiet_time 0: nobody sleeps
  explicit dormitory(std::chrono::milliseconds quiet_time)
      : quiet_time_(quiet_time) {}

  /// Awake from now on.
  void watch(sleeper& s, steady_time now);
  /// One that was sent to rest sleeps: its memory is free. `watch` it when it wakes.
  void fell_asleep(sleeper& s);
  /// Watched no more, and not asleep either.
  void leave(sleeper& s);

  /// Sends some of the quiet sessions to rest. To be called a few times a second.
  /// @return whether there are more
  bool visit(steady_time now);
  /// Gives memory back, if it is time. To be called after such a visit, once.
  void trim(steady_time now);
  std::size_t asleep() const noexcept { return asleep_; }

 private:
  using list = boost::intrusive::list<sleeper, boost::intrusive::base_hook<sleeper_hook>,
                                      boost::intrusive::constant_time_size<false>>;

  std::chrono::milliseconds quiet_time_;
  list awake_; ///< those watched the longest come first
  std::size_t asleep_ = 0;
  std::size_t asleep_since_trim_ = 0;
  std::size_t asleep_at_last_visit_ = 0; ///< of these
  steady_time trimmed_{};
};

} // namespace asio_chat::net
