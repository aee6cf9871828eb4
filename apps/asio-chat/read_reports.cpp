#include "read_reports.hpp"

#include "room_focus.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace asio_chat::app {

read_reports::read_reports(time_source& time, teller tell)
    : time_(time)
    , tell_(std::move(tell))
    , timer_(time.make_timer())
    , self_(std::make_shared<read_reports*>(this)) {}

void read_reports::seen(const std::string& room, std::uint64_t offset) {
  place& p = places_[room];
  p.seen = std::max(p.seen, offset);
  if (p.waits()) tell_soon();
}

void read_reports::entered(const room_state& s) {
  const auto known = places_.try_emplace(s.room).first;
  place& p = known->second;
  p.told = s.read;
  p.off = false;
  if (p.seen > s.head.offset) p.seen = 0; // the log was begun anew, or put back
  p.seen = std::max(p.seen, s.read);
  if (p.waits()) tell_soon();
}

void read_reports::shown(const client_event& e) {
  if (const auto* said = std::get_if<entry>(&e)) seen(said->room, said->at.offset);
  if (const auto* state = std::get_if<room_state>(&e)) entered(*state);
  // Others' entries before one's own may not be here yet.
  if (const auto* kept = std::get_if<acknowledged>(&e)) {
    const auto known = places_.find(kept->room);
    if (known != places_.end() && known->second.seen + 1 == kept->at.offset)
      seen(kept->room, kept->at.offset);
  }
}

void read_reports::tell_soon() {
  if (waits_) return;
  if (time_.now() >= next_) return flush();
  waits_ = true;
  timer_->wait_until(next_, [this] {
    waits_ = false;
    flush();
  });
}

void read_reports::flush() {
  for (auto& [room, p] : places_)
    if (p.waits()) tell(room, p);
}

void read_reports::tell(const std::string& room, place& p) {
  next_ = time_.now() + interval;
  p.told = p.seen;
  tell_(room, p.told, [self = std::weak_ptr(self_), room, told = p.told](outcome how) {
    const auto alive = self.lock();
    if (!alive) return;
    place& known = (*alive)->places_[room];
    // Of what two accounts say older servers keep it without saying so.
    if (how == outcome::refused || (how == outcome::nothing_kept && !is_direct_room(room)))
      known.off = true;
    if (how == outcome::not_told && known.told == told) known.told = 0; // until `entered`
  });
}

read_reports::teller read_reports::by(client& chat) {
  return [&chat](const std::string& room, std::uint64_t offset, done then) {
    chat.async_mark_read(room, offset, [then = std::move(then)](error_code e, const reply& r) {
      if (!e) return then(r.items.empty() ? outcome::nothing_kept : outcome::kept);
      const bool lost = e == errc::not_connected || e == errc::connection_lost;
      then(lost ? outcome::not_told : outcome::refused);
    });
  };
}

} // namespace asio_chat::app
