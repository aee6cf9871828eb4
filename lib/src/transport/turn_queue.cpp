#include "transport/turn_queue.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace asio_chat::transport {

void turn_queue::add(const lane& in, piece what) {
  auto found = by_lane_.find(in);
  if (found == by_lane_.end()) {
    lines_.push_back({in, {}});
    found = by_lane_.emplace(in, std::prev(lines_.end())).first;
  }
  found->second->waiting.push_back(std::move(what));
  if (waiting_++ == 0) post();
}

void turn_queue::post() {
  boost::asio::post(executor_, [self = weak_from_this()] {
    if (const auto alive = self.lock()) alive->take_turn();
  });
}

void turn_queue::take_turn() {
  const auto first = lines_.begin();
  const piece next = std::move(first->waiting.front());
  first->waiting.pop_front();
  if (first->waiting.empty()) {
    by_lane_.erase(first->of);
    lines_.erase(first);
  } else {
    lines_.splice(lines_.end(), lines_, first);
  }
  // What is ready by then comes first: this goes behind it.
  if (--waiting_ > 0) post();
  next();
}

} // namespace asio_chat::transport
