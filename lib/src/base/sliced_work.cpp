#include "base/sliced_work.hpp"

#include <deque>
#include <utility>

namespace asio_chat {

struct sliced_work::state {
  explicit state(scheduler s)
      : later(std::move(s)) {}

  static void schedule(const std::shared_ptr<state>& s) {
    s->later([weak = std::weak_ptr(s)] {
      const auto alive = weak.lock();
      if (!alive || alive->waiting.empty()) return;
      slice next = std::move(alive->waiting.front());
      alive->waiting.pop_front();
      const bool more = next();
      if (alive->ended) return; // by this slice
      if (more) alive->waiting.push_back(std::move(next));
      if (!alive->waiting.empty())
        schedule(alive);
      else
        alive->scheduled = false;
    });
  }

  scheduler later;
  std::deque<slice> waiting;
  bool scheduled = false;
  bool ended = false;
};

sliced_work::sliced_work(scheduler later)
    : state_(std::make_shared<state>(std::move(later))) {}

sliced_work::~sliced_work() {
  state_->ended = true;
  state_->waiting.clear();
}

void sliced_work::add(slice work) {
  state_->waiting.push_back(std::move(work));
  if (!std::exchange(state_->scheduled, true)) state::schedule(state_);
}

} // namespace asio_chat
