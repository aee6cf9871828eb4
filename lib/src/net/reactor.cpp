#include "net/reactor.hpp"

#include "net/session.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace asio_chat::net {

namespace asio = boost::asio;

namespace {
constexpr unsigned most_turns_held = 64;
constexpr auto always_held = std::chrono::milliseconds(1);
// Deadlines are met this late at most.
constexpr auto visit_interval = std::chrono::milliseconds(250);
} // namespace

reactor::reactor(asio::io_context& context, const clock& time, deadlines::durations d,
                 std::chrono::milliseconds quiet_time)
    : context_(context)
    , time_(time)
    , timer_(context)
    , deadlines_(d)
    , dormitory_(quiet_time)
    , self_(std::make_shared<reactor*>(this)) {}

reactor::~reactor() = default;

void reactor::touch(session& s) {
  if (!s.mark_touched()) return;
  touched_.emplace_back(&s);
  if (std::exchange(flush_posted_, true)) return;
  turns_held_ = 0;
  post_flush();
}

void reactor::post_flush() {
  reads_when_posted_ = reads_;
  asio::post(context_, [self = std::weak_ptr(self_)] {
    if (const auto alive = self.lock()) (*alive)->turn();
  });
}

void reactor::turn() {
  const bool input_goes_on = reads_ != reads_when_posted_;
  if (input_goes_on && !hurried_ && turns_held_ < most_turns_held) {
    if (turns_held_ == 0) held_since_ = now();
    if (++turns_held_ == 1 || now() - held_since_ < longest_held_) {
      post_flush();
      return;
    }
  }
  flush();
}

void reactor::flush() {
  // Sessions touched from here on wait for the next flush.
  flush_posted_ = false;
  hurried_ = false;
  flushing_.swap(touched_);
  const steady_time begin = now();
  for (const auto& s : flushing_)
    s->flush();
  flushing_.clear();
  longest_held_ = std::max<steady_time::duration>(always_held, now() - begin);
}

void reactor::start() {
  visit_later();
}

void reactor::stop() {
  // A visit may be what stops us: the timer is not waiting then.
  stopped_ = true;
  timer_.cancel();
}

void reactor::visit_later() {
  if (stopped_) return;
  timer_.expires_after(visit_interval);
  timer_.async_wait([self = std::weak_ptr(self_)](const error_code& e) {
    const auto alive = self.lock();
    if (e || !alive) return;
    const steady_time now = (*alive)->now();
    (*alive)->deadlines_.visit(now);
    (*alive)->dormitory_.visit(now);
    (*alive)->visit_later();
  });
}

} // namespace asio_chat::net
