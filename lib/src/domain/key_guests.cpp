#include "domain/key_guests.hpp"

namespace asio_chat {

bool key_guests::has(const identity& who, std::string_view room) const {
  const auto found = known_.find(who);
  return found != known_.end() && found->second.rooms.contains(room);
}

void key_guests::end(const identity& who, std::string_view room) {
  const auto found = known_.find(who);
  if (found == known_.end()) return;
  const auto in = found->second.rooms.find(room);
  if (in != found->second.rooms.end()) found->second.rooms.erase(in);
  if (found->second.rooms.empty()) known_.erase(found);
}

void key_guests::came(const identity& who) {
  const auto found = known_.find(who);
  if (found == known_.end() || !found->second.until) return;
  if (time_.now() >= *found->second.until) {
    known_.erase(found);
  } else {
    found->second.until.reset();
  }
}

void key_guests::gone(const identity& who, bool may_come_back) {
  const auto found = known_.find(who);
  if (found != known_.end()) {
    if (may_come_back) {
      found->second.until = time_.now() + awaited_for_;
      awaited_.emplace_back(*found->second.until, who);
    } else {
      known_.erase(found);
    }
  }
  while (!awaited_.empty() &&
         (awaited_.size() > max_awaited || awaited_.front().first <= time_.now())) {
    const auto [until, first] = awaited_.front();
    awaited_.pop_front();
    const auto still = known_.find(first);
    if (still != known_.end() && still->second.until == until) known_.erase(still);
  }
}

} // namespace asio_chat
