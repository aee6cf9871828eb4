#include "journal/log_feed.hpp"

#include <algorithm>
#include <utility>

namespace asio_chat {

void log_feed::follow(const std::string& room, std::shared_ptr<journal::listener> to) {
  followed_[room].push_back(std::move(to));
}

void log_feed::unfollow(const std::string& room, const std::shared_ptr<journal::listener>& to) {
  const auto found = followed_.find(room);
  if (found == followed_.end()) return;
  listeners& all = found->second;
  if (const auto it = std::ranges::find(all, to); it != all.end()) all.erase(it);
  if (!all.empty()) return;
  if (last_ == &*found) last_ = nullptr;
  followed_.erase(found);
}

void log_feed::committed(journal::record&& next, const journal::append_done& done,
                         std::uint64_t tag) {
  const position at{next.what.at.epoch, next.what.at.offset, tag,
                    tag == 0 ? 0 : next.what.at.offset};
  done(journal::appended{at, next.what.time, false});
  if (!ended_) hand_over(std::move(next));
}

void log_feed::hand_over(journal::record&& next) {
  if (last_ == nullptr || last_->first != next.what.room) {
    const auto found = followed_.find(next.what.room);
    if (found == followed_.end()) return;
    last_ = &*found;
  }
  next.what.id.clear(); // its author's business
  const listeners& all = last_->second;
  for (std::size_t n = 0; n + 1 < all.size() && !ended_; ++n)
    all[n]->on_entry(next);
  if (!ended_) all.back()->on_entry(std::move(next));
}

} // namespace asio_chat
