#include "net/deadlines.hpp"

namespace asio_chat::net {

void deadlines::begin(expirable& e, phase p, steady_time now) {
  e.unlink();
  if (durations_[static_cast<std::size_t>(p)].count() == 0) return;
  e.since_ = now;
  lists_[static_cast<std::size_t>(p)].push_back(e);
}

bool deadlines::visit(steady_time now) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < lists_.size(); ++i) {
    list& waiting = lists_[i];
    list over;
    for (; count < max_expired && !waiting.empty() && now - waiting.front().since_ >= durations_[i];
         ++count) {
      expirable& e = waiting.front();
      waiting.pop_front();
      over.push_back(e);
    }
    while (!over.empty()) {
      expirable& e = over.front();
      over.pop_front();
      e.expire(static_cast<phase>(i));
    }
  }
  return count == max_expired;
}

} // namespace asio_chat::net
