#include "net/idle_tracker.hpp"

#include <utility>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace asio_chat::net {

namespace {

constexpr int max_at_once = 16;
// What the allocator is given back lies between what is still in use: it keeps it unless told. That
// takes it some milliseconds: so only after many, or in a lull and not often.
constexpr std::size_t trim_after_sleeps = 1'000;
constexpr auto trim_interval = std::chrono::seconds(10);

} // namespace

void idle_tracker::watch(idle_tracked& s, steady_time now) {
  leave(s);
  if (quiet_time_.count() == 0) return;
  s.active_ = false;
  s.since_ = now;
  if (now == steady_time{})
    awake_.push_front(s);
  else
    awake_.push_back(s);
}

void idle_tracker::fell_asleep(idle_tracked& s) {
  leave(s);
  s.asleep_ = true;
  ++asleep_;
  ++asleep_since_trim_;
}

void idle_tracker::leave(idle_tracked& s) {
  s.unlink();
  if (std::exchange(s.asleep_, false)) --asleep_;
}

bool idle_tracker::visit(steady_time now) {
  for (int i = 0; i < max_at_once; ++i) {
    if (awake_.empty() || now - awake_.front().since_ < quiet_time_) return false;
    idle_tracked& s = awake_.front();
    awake_.pop_front();
    if (s.active_)
      watch(s, now);
    else
      s.try_sleep();
  }
  return true;
}

void idle_tracker::trim(steady_time now) {
  const bool lull = asleep_since_trim_ == asleep_at_last_visit_;
  asleep_at_last_visit_ = asleep_since_trim_;
  const bool due = asleep_since_trim_ >= trim_after_sleeps ||
                   (asleep_since_trim_ > 0 && lull && now - trimmed_ >= trim_interval);
  if (!due) return;
  asleep_since_trim_ = asleep_at_last_visit_ = 0;
  trimmed_ = now;
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

} // namespace asio_chat::net
