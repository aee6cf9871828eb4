#include "domain/read_marks.hpp"

#include "accounts/people.hpp"
#include "domain/direct_logs.hpp"
#include "domain/endpoint.hpp"
#include "domain/hub.hpp"
#include "domain/room.hpp"
#include "model/read_places.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace asio_chat {

namespace {

/// Accounts that are looked at in one piece.
constexpr std::size_t max_looked_at = 64;

} // namespace

std::uint64_t read_until(people& known, const member& m, const room& r, wall_time now) {
  if (!m.has_account()) return 0;
  const position& head = r.head();
  if (const direct_side* between = r.direct()) {
    const position read = known.heard_until(between->own, between->other);
    if (read.offset == 0) return 0;
    return read.epoch == head.epoch ? std::min(read.offset, head.offset) : head.offset;
  }
  const account_reads::place* read = known.reads().find(m.who(), r.name());
  if (read == nullptr) return 0;
  if (read->epoch == head.epoch && read->offset <= head.offset) return read->offset;
  known.reads().put(m.who(), {r.name(), head.epoch, head.offset}, now);
  return head.offset;
}

void read_marks::begin(time_source& time) {
  timed_ = &time;
  timer_ = time.make_timer();
}

void read_marks::rest() {
  timer_.reset();
  timed_ = nullptr;
  in_.people().keep_all_reads();
}

std::vector<std::string> read_marks::moved(endpoint& by, const room& in, std::uint64_t until) {
  const member& m = by.of();
  if (!m.has_account()) return {};
  const std::uint64_t before = read_until(in_.people(), m, in, in_.time().wall_now());
  if (until <= before)
    return before > 0 ? std::vector{read_item(in.name(), before)} : std::vector<std::string>();
  if (in.direct()) {
    in_.directs().heard(in, until);
  } else {
    in_.people().reads().put(m.who(), {in.name(), in.head().epoch, until}, in_.time().wall_now(),
                             in_.limits().rooms_per_member);
    keep_later();
  }
  std::vector<std::string> items{read_item(in.name(), until)};
  for (const endpoint* other : m.endpoints())
    if (other != &by && other->many_rooms() && in.has(*other)) other->tell(news_of_reads(items));
  return items;
}

void read_marks::forget_room(const std::string& room) {
  in_.in_slices([this, room, behind = std::optional<identity>()]() mutable {
    behind = in_.people().reads().forget_room(room, behind, max_looked_at);
    if (!behind) keep_later();
    return behind.has_value();
  });
}

void read_marks::keep_later() {
  if (!in_.people().reads().has_changes() || std::exchange(keeps_, true)) return;
  if (!timer_) return keep();
  timer_->wait_until(timed_->now() + between_changes, [this] { keep(); });
}

void read_marks::keep() {
  in_.people().keep_reads(max_at_once, [alive = in_.alive(), this](const result<void>& kept) {
    if (alive.expired()) return;
    keeps_ = false;
    // What the disk refuses is tried again: later, or not at all.
    if (kept || timer_) keep_later();
  });
}

} // namespace asio_chat
