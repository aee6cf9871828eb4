#include "domain/guest_rooms.hpp"

#include "model/quantity.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace asio_chat {

guest_rooms::guest_rooms(services s)
    : services_(std::move(s))
    , self_(std::make_shared<guest_rooms*>(this)) {}

void guest_rooms::begin(time_source& time) {
  timed_ = &time;
  timer_ = time.make_timer();
  look_later();
}

void guest_rooms::rest() {
  timer_.reset();
}

const abuse_limits* guest_rooms::limits() const {
  const abuse_limits* l = services_.limits();
  return l && (l->guest_rooms > 0 || l->guest_room_age.count() > 0) && services_.log.drops()
             ? l
             : nullptr;
}

result<void> guest_rooms::open(const std::string& room) {
  const abuse_limits* l = limits();
  if (!l) return {};
  if (!services_.known.guest_rooms().contains(room)) {
    if (l->guest_rooms > 0 && count() >= l->guest_rooms)
      return fail(errc::too_many_rooms,
                  fmt::format("guests have opened {} rooms, which is the most here; join one that "
                              "there is, see /rooms, or make an account, see /register: its rooms "
                              "are not counted",
                              l->guest_rooms));
    unsaid_.insert(room);
  }
  opened_.insert(room);
  return {};
}

void guest_rooms::said(const std::string& room) {
  if (!opened_.contains(room)) return;
  services_.known.change(
      [this, room]() -> result<std::vector<fact>> {
        room_facts facts = services_.known.room_or_new(room);
        if (std::exchange(facts.opened_by_guest, true) || facts.has_owner())
          return std::vector<fact>();
        return std::vector<fact>{fact_of(facts)};
      },
      [this, room](const result<void>&) {
        unsaid_.erase(room);
        look_later();
      });
}

void guest_rooms::left(const std::string& room) {
  opened_.erase(room);
  unsaid_.erase(room);
}

void guest_rooms::look_later() {
  if (!timer_ || services_.known.guest_rooms().empty() || std::exchange(looks_, true)) return;
  timer_->wait_until(timed_->now() + between_looks, [this] {
    left_ = looked_at_once;
    look_at_next();
  });
}

void guest_rooms::have_looked() {
  looks_ = false;
  look_later();
}

void guest_rooms::look_at_next() {
  const abuse_limits* l = limits();
  const auto& all = services_.known.guest_rooms();
  for (; l && l->guest_room_age.count() > 0 && left_ > 0; --left_) {
    const auto next = all.upper_bound(looked_at_);
    if (next == all.end()) {
      looked_at_.clear();
      break;
    }
    looked_at_ = *next;
    if (services_.in_use(looked_at_)) continue;
    --left_;
    return drop(looked_at_);
  }
  have_looked();
}

void guest_rooms::drop(const std::string& room) {
  const abuse_limits* l = limits();
  if (!l || l->guest_room_age.count() == 0) return have_looked(); // it was switched off meanwhile
  services_.log.drop(room, services_.time.wall_now() - l->guest_room_age,
                     [self = std::weak_ptr(self_), room](const auto& how) {
                       if (const auto alive = self.lock()) (*alive)->dropped(room, how);
                     });
}

void guest_rooms::dropped(const std::string& room, const result<journal::drop_state>& how) {
  if (!how) return have_looked(); // the journal has told why
  switch (*how) {
  case journal::drop_state::kept:
    break;
  case journal::drop_state::partly:
    if (services_.in_use(room)) break;
    return drop(room);
  case journal::drop_state::gone:
    return forget(room);
  }
  look_at_next();
}

void guest_rooms::forget(const std::string& room) {
  services_.known.change(
      [this, room]() -> result<std::vector<fact>> {
        const room_facts* facts = services_.known.room(room);
        // Somebody may be in it again, or own it.
        if (!facts || !facts->is_left_by_guests() || services_.in_use(room))
          return std::vector<fact>();
        std::vector<fact> gone = services_.known.removal_of_bans_in(room);
        gone.push_back(without(fact_of(*facts)));
        return gone;
      },
      [this, room](const result<void>&) {
        if (!services_.known.guest_rooms().contains(room)) {
          ++services_.counters.guest_rooms_removed;
          if (services_.gone) services_.gone(room);
          services_.alarm("have been silent for guest-room-age, and are removed");
        }
        look_at_next();
      });
}

std::string guest_rooms::describe() const {
  const abuse_limits* l = limits();
  if (!l) return "rooms of guests are not limited";
  const std::string age =
      l->guest_room_age.count() > 0
          ? fmt::format("removed when nothing was said for {}", duration_text(l->guest_room_age))
          : "never removed";
  return fmt::format("rooms of guests: {} ({}), {}; removed so far: {}", count(),
                     l->guest_rooms > 0 ? fmt::format("at most {}", l->guest_rooms)
                                        : std::string("no limit"),
                     age, services_.counters.guest_rooms_removed);
}

} // namespace asio_chat
