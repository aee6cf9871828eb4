#include "domain/audit_notes.hpp"

#include <fmt/format.h>

#include <utility>

namespace asio_chat {

audit_notes::audit_notes(const clock& time, std::function<void(std::string)> write,
                         std::function<void(std::string, std::string)> alarm)
    : time_(time)
    , write_(std::move(write))
    , alarm_(std::move(alarm)) {}

bool audit_notes::take(buckets& of, const std::string& key) {
  const steady_time now = time_.now();
  // What was written in the day before, and at once before that, is all that keeps one from being
  // full.
  static_assert(2 * of_all.count < max_rooms);
  if (of.size() >= max_rooms)
    std::erase_if(of, [&](const auto& one) { return one.second.is_full(of_room, now); });
  token_bucket& own = of[key];
  if (own.wait_after(of_room, 1, now).count() > 0 || all_.wait_after(of_all, 1, now).count() > 0)
    return false;
  own.take(of_room, 1, now);
  all_.take(of_all, 1, now);
  return true;
}

void audit_notes::add(const std::string& room, std::string text) {
  if (take(rooms_, room)) return write_(std::move(text));
  alarm_(fmt::format("the room {}", room),
         "has more moderation than audit takes of it: the rest is in its own log");
}

void audit_notes::add_own(const std::string& account, const std::string& name, std::string text) {
  if (take(accounts_, account)) return write_(std::move(text));
  alarm_(name, "has changed its account more often than audit takes of it");
}

} // namespace asio_chat
