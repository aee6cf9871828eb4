#include "domain/audit_notes.hpp"

#include <utility>

namespace asio_chat {

audit_notes::audit_notes(const clock& time, std::function<void(std::string)> write,
                         std::function<void(std::string, std::string)> alarm)
    : time_(time)
    , write_(std::move(write))
    , alarm_(std::move(alarm)) {}

void audit_notes::add(const std::string& room, std::string text) {
  const steady_time now = time_.now();
  // What was written in the day before, and at once before that, is all that keeps one from being
  // full.
  static_assert(2 * of_all.count < max_rooms);
  if (rooms_.size() >= max_rooms)
    std::erase_if(rooms_, [&](const auto& one) { return one.second.is_full(of_room, now); });
  token_bucket& own = rooms_[room];
  if (own.wait_after(of_room, 1, now).count() > 0 || all_.wait_after(of_all, 1, now).count() > 0)
    return alarm_(room, "has more moderation than audit takes of it: the rest is in its own log");
  own.take(of_room, 1, now);
  all_.take(of_all, 1, now);
  write_(std::move(text));
}

} // namespace asio_chat
