#include "domain/short_rooms.hpp"

#include "model/quantity.hpp"

#include <fmt/format.h>

#include <utility>

namespace asio_chat {

short_rooms::short_rooms(services s)
    : services_(std::move(s))
    , self_(std::make_shared<short_rooms*>(this)) {}

void short_rooms::begin(time_source& time) {
  timed_ = &time;
  timer_ = time.make_timer();
  look_later();
}

void short_rooms::rest() {
  timer_.reset();
  rests_ = true;
}

void short_rooms::changed(const std::string& room) {
  if (rests_) return;
  changed_.insert(room);
  if (!looks_) look_at_next();
}

void short_rooms::look_later() {
  if (!timer_ || looks_ || services_.known.short_rooms().empty() || std::exchange(waits_, true))
    return;
  timer_->wait_until(timed_->now() + between_looks, [this] {
    waits_ = false;
    sweeps_ = true;
    if (!looks_) look_at_next();
  });
}

void short_rooms::look_at_next() {
  looks_ = true;
  while (const auto room = next()) {
    const room_facts* facts = services_.known.room(*room);
    if (facts && facts->keeps_less() && services_.log.trims()) return trim(*room, *facts);
  }
  looks_ = sweeps_ = false;
  looked_at_.clear();
  look_later();
}

std::optional<std::string> short_rooms::next() {
  if (!changed_.empty()) return changed_.extract(changed_.begin()).value();
  const auto& all = services_.known.short_rooms();
  const auto behind = sweeps_ ? all.upper_bound(looked_at_) : all.end();
  if (behind == all.end()) return {};
  looked_at_ = *behind;
  return looked_at_;
}

void short_rooms::trim(const std::string& room, const room_facts& facts) {
  const wall_time since =
      facts.max_age.count() > 0 ? services_.time.wall_now() - facts.max_age : wall_time();
  services_.log.trim(room, facts.max_entries, since,
                     [self = std::weak_ptr(self_), room](const auto& more) {
                       if (const auto alive = self.lock()) (*alive)->trimmed(room, more);
                     });
}

void short_rooms::trimmed(const std::string& room, const result<bool>& more) {
  if (rests_) return; // the next start goes on
  const room_facts* facts = services_.known.room(room);
  if (more && *more && facts && facts->keeps_less()) return trim(room, *facts);
  if (more) {
    failed_.erase(room);
  } else if (failed_.insert(room).second) {
    services_.tell(
        fmt::format("{} keeps more than it was told to: {}", room, more.error().message));
  }
  look_at_next();
}

std::string retention_text(std::uint64_t entries, std::chrono::milliseconds age) {
  if (age.count() == 0)
    return entries == 0 ? "messages for ever" : fmt::format("at most {} messages", entries);
  return fmt::format("messages for {}{}", duration_text(age),
                     entries == 0 ? "" : fmt::format(", at most {} of them", entries));
}

} // namespace asio_chat
