#include "net/reactor.hpp"

#include "net/session.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace asio_chat::net {

namespace asio = boost::asio;

namespace {
constexpr auto always_held = std::chrono::milliseconds(1);
/// After a restart thousands come, each to a few others: what is said goes first, and who comes
/// within this time is told of together.
constexpr auto news_held = std::chrono::seconds(1);
/// Of a turn, for each lane.
constexpr auto writing_time = std::chrono::microseconds(500);
// Deadlines are met this late at most.
constexpr auto visit_interval = std::chrono::milliseconds(250);
} // namespace

/// The time that a turn has for a lane.
class reactor::slice {
 public:
  explicit slice(const reactor& r)
      : reactor_(r)
      , began_(r.now()) {}

  /// One session writes, unless the time is over; the clock is not asked for each.
  bool begin_next() {
    over_ = over_ || (written_ % asked_each == asked_each - 1 && used() >= writing_time);
    if (!over_) ++written_;
    return !over_;
  }
  bool is_over() const noexcept { return over_; }
  bool has_written() const noexcept { return written_ > 0; }
  steady_time::duration used() const { return reactor_.now() - began_; }

 private:
  static constexpr std::size_t asked_each = 8;

  const reactor& reactor_;
  steady_time began_;
  std::size_t written_ = 0;
  bool over_ = false;
};

reactor::reactor(const asio::any_io_executor& executor, time_source& time, deadlines::durations d,
                 std::chrono::milliseconds quiet_time, work_watch* watch)
    : executor_(executor)
    , time_(time)
    , timer_(time.make_timer())
    , deadlines_(d)
    , expirations_(time)
    , idle_tracker_(quiet_time)
    , self_(std::make_shared<reactor*>(this))
    , watch_(watch) {
  for (lane& l : lanes_)
    l.always_held = always_held;
  of(priority::news).always_held = of(priority::news).longest_held = news_held;
}

reactor::~reactor() = default;

void reactor::touch(session& s, priority p) {
  if (!s.mark_touched(++touches_, p)) return;
  auto& waiting = of(p).waiting;
  waiting.push_back({&s, touches_, turn_began_});
  if (std::exchange(turn_posted_, true)) return;
  turn_began_ = waiting.back().since = now();
  post_turn();
}

void reactor::post_turn() {
  reads_when_posted_ = reads_;
  asio::post(executor_, [self = std::weak_ptr(self_)] {
    if (const auto alive = self.lock()) (*alive)->turn();
  });
}

void reactor::go_on_later(session& s) {
  asio::post(executor_, [self = boost::intrusive_ptr<session>(&s)] { self->take_turn(); });
}

void reactor::turn() {
  turn_began_ = now();
  const bool input_goes_on = reads_ != reads_when_posted_ || !held_back_.empty();
  const bool few_written = write(of(priority::few), input_goes_on);
  const bool many_written = write(of(priority::many), input_goes_on);
  write(of(priority::news), input_goes_on || few_written || many_written);
  if (!is_behind()) {
    for (const auto& s : std::exchange(held_back_, {}))
      go_on_later(*s);
  }
  turn_posted_ = !full_.empty() ||
                 std::ranges::any_of(lanes_, [](const lane& l) { return !l.waiting.empty(); });
  if (turn_posted_) post_turn();
}

/// With a thousand receivers it takes as long as writing to all until their records are full;
/// waiting for that at most doubles their latency.
bool reactor::write(lane& l, bool may_wait) {
  slice s(*this);
  const steady_time last = turn_began_ - l.longest_held;
  if (&l == &of(priority::many)) write_records(s);
  flush(l, may_wait ? last : steady_time::max(), s);
  if (s.has_written()) l.spent = l.spent.value_or(steady_time::duration{}) + s.used();
  l.behind = s.is_over();
  if (!l.behind && l.spent) l.longest_held = std::max(l.always_held, *std::exchange(l.spent, {}));
  return s.has_written();
}

void reactor::write_records(slice& s) {
  // Those that have another one behind it wait for the next turn.
  for (std::size_t left = full_.size(); left > 0 && s.begin_next(); --left) {
    const auto next = std::move(full_.front());
    full_.pop_front();
    next->write_record();
  }
}

void reactor::flush(lane& l, steady_time touched_by, slice& s) {
  // Sessions touched from here on wait for the next turn.
  const std::uint64_t last = touches_;
  while (!l.waiting.empty()) {
    const auto& first = l.waiting.front();
    if (first.since > touched_by || first.number > last || !s.begin_next()) return;
    const touched next = std::move(l.waiting.front());
    l.waiting.pop_front();
    if (next.who->is_touched(next.number)) next.who->flush();
  }
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
