#include "base/work_watch.hpp"

#include <time.h>

#include <utility>

namespace asio_chat {

work_watch::work_watch(report tell, clocks c)
    : tell_(std::move(tell))
    , clocks_(c) {}

work_watch::clocks work_watch::of_system() noexcept {
  return {[] { return duration(std::chrono::steady_clock::now().time_since_epoch()); },
          [] {
            timespec t{};
            ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
            return duration(std::chrono::seconds(t.tv_sec)) + duration(t.tv_nsec);
          }};
}

void work_watch::look(duration now) {
  // What came between the sample and the piece took no more of the CPU than it took of the time.
  const duration took = clocks_.cpu() - cpu_ - (begun_ - sampled_);
  sample(now);
  if (took <= max || !tell_) return;
  const auto [last, first_time] = told_.try_emplace(kind_, now);
  if (!first_time && now - last->second < silence) return;
  last->second = now;
  tell_(kind_, took);
}

} // namespace asio_chat
