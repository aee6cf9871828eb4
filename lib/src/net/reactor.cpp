#include "net/reactor.hpp"

#include "net/session.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace asio_chat::net {

namespace asio = boost::asio;

namespace {
constexpr auto always_held = std::chrono::milliseconds(1);
// Deadlines are met this late at most.
constexpr auto visit_interval = std::chrono::milliseconds(250);
} // namespace

reactor::reactor(const asio::any_io_executor& executor, time_source& time, deadlines::durations d,
                 std::chrono::milliseconds quiet_time, work_watch* watch)
    : executor_(executor)
    , time_(time)
    , timer_(time.make_timer())
    , deadlines_(d)
    , expirations_(time)
    , idle_tracker_(quiet_time)
    , self_(std::make_shared<reactor*>(this))
    , watch_(watch) {}

reactor::~reactor() = default;

void reactor::touch(session& s) {
  if (!s.mark_touched(++touches_)) return;
  touched_.push_back({&s, touches_, turn_began_});
  if (std::exchange(turn_posted_, true)) return;
  turn_began_ = touched_.back().since = now();
  post_turn();
}

void reactor::post_turn() {
  reads_when_posted_ = reads_;
  asio::post(executor_, [self = std::weak_ptr(self_)] {
    if (const auto alive = self.lock()) (*alive)->turn();
  });
}

void reactor::turn() {
  turn_began_ = now();
  const bool input_goes_on = reads_ != reads_when_posted_;
  std::size_t wrote = write_records();
  wrote += flush(input_goes_on ? turn_began_ - longest_held_ : steady_time::max());
  if (wrote > 0) longest_held_ = std::max<steady_time::duration>(always_held, now() - turn_began_);
  turn_posted_ = !touched_.empty();
  if (turn_posted_) post_turn();
}

std::size_t reactor::write_records() {
  writing_.swap(full_);
  for (const auto& s : writing_)
    s->write_record();
  const std::size_t count = writing_.size();
  writing_.clear();
  return count;
}

std::size_t reactor::flush(steady_time touched_by) {
  // Sessions touched from here on wait for the next turn.
  const std::uint64_t last = touches_;
  std::size_t count = 0;
  for (; !touched_.empty(); ++count) {
    const auto [who, number, since] = touched_.front();
    if (since > touched_by || number > last) break;
    touched_.pop_front();
    if (who->is_touched(number)) who->flush();
  }
  return count;
}

void reactor::start(std::function<void()> also) {
  also_ = std::move(also);
  visit_later();
}

void reactor::stop() {
  // A visit may be what stops us: the timer is not waiting then.
  stopped_ = true;
  timer_->cancel();
}

void reactor::visit_later() {
  if (stopped_) return;
  timer_->wait_until(now() + visit_interval, [self = std::weak_ptr(self_)] {
    const auto alive = self.lock();
    if (!alive) return;
    (*alive)->visit();
    (*alive)->visit_later();
  });
}

void reactor::visit() {
  visit_some();
  idle_tracker_.trim(now());
  if (also_) also_();
}

void reactor::visit_some() {
  const work_watch::piece visit(watch_, "visit of sessions that wait");
  const bool more_expire = deadlines_.visit(now());
  const bool more_end = expirations_.visit();
  const bool more_idle = idle_tracker_.visit(now());
  if ((!more_expire && !more_end && !more_idle) || std::exchange(visit_posted_, true)) return;
  // Thousands may have come at the same time: what else there is to do comes in between.
  asio::post(executor_, [self = std::weak_ptr(self_)] {
    const auto alive = self.lock();
    if (!alive) return;
    (*alive)->visit_posted_ = false;
    (*alive)->visit_some();
  });
}

} // namespace asio_chat::net
