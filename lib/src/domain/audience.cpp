#include "domain/audience.hpp"

#include "domain/room.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace asio_chat {

namespace {

constexpr std::size_t page_bytes = 64 * 1024;
constexpr std::size_t page_entries = 1'000;
/// Stored while a page was read; who is behind by more reads another page.
constexpr std::size_t most_newest = 1'024;

/// What is an entry of one's own: told by its acknowledgement.
bool is_own(const member& m, const identity& author, const entry& e) noexcept {
  return e.kind != entry_kind::topic && author == m.who();
}

} // namespace

audience::audience(room& owner, room_services& services)
    : owner_(owner)
    , services_(services) {}

bool audience::has(const member& m) const noexcept {
  return std::any_of(m.seats_.begin(), m.seats_.end(),
                     [this](const member::seat& s) { return s.in == &owner_; });
}

void audience::add(member& m) {
  assert(!has(m));
  m.seats_.push_back({&owner_, places_.size()});
  places_.push_back({&m, 0, std::make_unique<cursor>(cursor{{}, 0, true, true})});
  names_.insert(m.name());
}

void audience::remove(member& m) {
  const auto seat = std::find_if(m.seats_.begin(), m.seats_.end(),
                                 [this](const member::seat& s) { return s.in == &owner_; });
  assert(seat != m.seats_.end());
  // The last one takes the empty place.
  places_[seat->index] = std::move(places_.back());
  places_.pop_back();
  if (seat->index < places_.size()) {
    for (member::seat& s : places_[seat->index].who->seats_) {
      if (s.in == &owner_) s.index = seat->index;
    }
  }
  m.seats_.erase(seat);
  names_.erase(m.name());
}

void audience::rename(const std::string& from, const std::string& to) {
  names_.erase(from);
  names_.insert(to);
}

audience::place* audience::place_of(const member& m) {
  for (const member::seat& s : m.seats_) {
    if (s.in == &owner_) return &places_[s.index];
  }
  return nullptr;
}

void audience::begin(member& m, const beginning& where, position head) {
  head_ = head;
  place* p = place_of(m);
  assert(p != nullptr && p->behind);
  position told = head;
  if (where.after) {
    told = *where.after;
    if (told.offset == 0) told.epoch = head.epoch; // there was nothing yet
  } else {
    told.offset -= std::min<std::uint64_t>(head.offset, where.history.value_or(0));
  }
  if (told == head) {
    p->behind.reset();
    return;
  }
  // He may even have more: of a page that was read when it was stored, but not told yet. Or the log
  // is an older one that was put back. The journal knows.
  *p->behind = {told, ++visits_, where.after.has_value(), false};
  read(*p);
}

void audience::tell(const event& e) {
  const shared_event shared = share(e);
  for (place& p : places_) {
    if (p.behind && !p.behind->reading) continue;
    ++services_.deliveries;
    if (p.who->sink().deliver(shared) == appetite::full && !p.behind) lag(p, head_);
  }
}

void audience::tell_entry(entry e, const member* author, const identity& who) {
  head_ = e.at;
  const member* except = e.kind == entry_kind::topic ? nullptr : author;
  const shared_event shared = share(std::move(e));
  for (place& p : places_) {
    if (p.behind || p.who == except || p.told >= head_.offset) continue;
    ++services_.deliveries;
    if (p.who->sink().deliver(shared) == appetite::full) lag(p, head_);
  }
  if (reads_ == 0) return;
  if (newest_.size() == most_newest)
    newest_.erase(newest_.begin(), newest_.begin() + most_newest / 2);
  newest_.push_back({head_.offset, who, shared});
}

void audience::lag(place& p, position told) {
  told.offset = std::max(told.offset, p.told);
  p.behind = std::make_unique<cursor>(cursor{told, ++visits_, true, false});
}

void audience::hungry(const member& m) {
  place* p = place_of(m);
  if (p != nullptr && p->behind && !p->behind->reading) read(*p);
}

void audience::read(place& p) {
  cursor& c = *p.behind;
  c.reading = true;
  ++reads_;
  services_.log.read(
      owner_.name(), {{log_range::side::after, c.told, page_entries}, page_bytes},
      [self = weak_from_this(), number = p.who->number(), visit = c.visit](const auto& page) {
        if (const auto alive = self.lock()) alive->on_page(number, visit, page);
      });
}

void audience::on_page(std::uint64_t number, std::uint64_t visit,
                       const result<journal::page>& page) {
  const member* m = services_.find_member(number);
  place* p = m ? place_of(*m) : nullptr;
  // It may have left, or left and come again, meanwhile.
  if (p != nullptr && p->behind && p->behind->visit == visit) follow(*p, page);
  if (--reads_ == 0) newest_.clear();
}

void audience::follow(place& p, const result<journal::page>& page) {
  cursor& c = *p.behind;
  c.reading = false;
  if (!page) {
    p.who->sink().close({close_code::log_unreadable, "what you missed cannot be read now"});
    return;
  }
  appetite left = feed(p, *page);
  if (left == appetite::hungry && !page->more) left = feed_newest(p);
  if (left == appetite::full) return; // until it is hungry
  if (c.told.offset < head_.offset) return read(p);
  p.told = c.told.offset;
  p.behind.reset();
}

appetite audience::feed(place& p, const journal::page& page) {
  cursor& c = *p.behind;
  appetite left = appetite::hungry;
  const bool another_log = c.told.epoch != head_.epoch;
  const bool older_log = !another_log && c.told.offset > page.head.offset;
  if (another_log || older_log || page.gap) {
    std::uint64_t next = page.gap.value_or(1);
    if (older_log) next = page.head.offset + 1;
    if (!page.entries.empty()) next = page.entries.front().what.at.offset;
    if (c.announced)
      left = give(p, share(entries_missed{owner_.name(), c.told, {head_.epoch, next}}));
    c.told = {head_.epoch, next - 1};
  }
  c.announced = true; // from here on the member relies on it
  // All of it, though the sink may be full before its end: it is bounded, and paid for.
  for (const journal::record& r : page.entries) {
    c.told = r.what.at;
    if (!is_own(*p.who, r.author, r.what)) left = give(p, share(r.what));
  }
  return left;
}

appetite audience::feed_newest(place& p) {
  cursor& c = *p.behind;
  appetite left = appetite::hungry;
  for (const stored& s : newest_) {
    if (s.offset != c.told.offset + 1) continue; // in the page already
    c.told.offset = s.offset;
    if (!is_own(*p.who, s.author, std::get<entry>(s.e->value))) left = give(p, s.e);
  }
  return left;
}

appetite audience::give(place& p, const shared_event& e) {
  ++services_.deliveries;
  return p.who->sink().deliver(e);
}

} // namespace asio_chat
