#include "domain/audience.hpp"

#include "domain/room.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace asio_chat {

namespace {

constexpr std::size_t page_bytes = 64 * 1024;
constexpr std::size_t page_entries = 1'000;
/// Fed at once: others shall not wait for more than so many pages.
constexpr std::size_t most_sharing = 64;
/// Who asks for the same page does so at about the same time.
constexpr std::size_t most_looked_at = 8;
/// Stored while a page was read; who is behind by more reads another page.
constexpr std::size_t most_newest = 1'024;

/// Told at once, whatever else may come.
constexpr std::size_t most_untold_bytes = 16 * 1024;

std::uint64_t offset_of(const shared_event& e) {
  return std::get<entry>(e->value).at.offset;
}

/// Anything else of one's own is told by its acknowledgement.
bool is_news_to_its_author(const entry& e) noexcept {
  return e.kind == entry_kind::topic;
}

bool is_own(const member& m, const identity& author, const entry& e) noexcept {
  return !is_news_to_its_author(e) && author == m.who();
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
  tell_entries();
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
  tell_entries();
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
  tell_entries();
  const shared_event shared = share(e);
  for (place& p : places_) {
    if (p.behind && !p.behind->reading) continue;
    ++services_.deliveries;
    if (p.who->sink().deliver(shared) == appetite::full && !p.behind) lag(p, head_);
  }
}

void audience::add_entry(entry e, const identity& who, member* author, shared_event receipt) {
  const std::size_t bytes = e.text.size() + journal::entry_overhead;
  if (untold_bytes_ + bytes > most_untold_bytes) tell_entries();
  head_ = e.at;
  const shared_event shared = share(std::move(e));
  if (!reads_.empty()) {
    if (newest_.size() == most_newest)
      newest_.erase(newest_.begin(), newest_.begin() + most_newest / 2);
    newest_.push_back({shared, head_.offset, who});
  }
  place* seat = author ? place_of(*author) : nullptr;
  if (seat != nullptr) {
    seat->spoke = true;
  } else if (receipt) {
    author->sink().deliver(receipt); // no entry of this room comes after it
  }
  untold_.add(shared);
  said_.push_back({seat ? author : nullptr, std::move(receipt)});
  untold_bytes_ += bytes;
  if (untold_.size() > 1) return; // a task for all of them is on its way
  services_.later([self = weak_from_this()] {
    if (const auto alive = self.lock()) alive->tell_entries();
  });
}

void audience::tell_entries() {
  if (untold_.empty()) return;
  const std::uint64_t first = offset_of(untold_.entries().front());
  for (place& p : places_) {
    if (p.spoke || p.told >= first) {
      tell_one_by_one(p);
    } else if (!p.behind) {
      services_.deliveries += untold_.size();
      if (p.who->sink().deliver_all(untold_) == appetite::full) lag(p, head_);
    }
  }
  // Kept for those who read, they would keep many blocks of bytes that all others are done with.
  if (!newest_.empty()) {
    for (const shared_event& e : untold_.entries())
      e->encoded = {};
  }
  untold_.clear();
  said_.clear();
  untold_bytes_ = 0;
}

void audience::tell_one_by_one(place& p) {
  p.spoke = false;
  auto by = said_.begin();
  for (const shared_event& e : untold_.entries()) {
    const auto& [author, receipt] = *by++;
    const bool own = author == p.who;
    const bool due = !p.behind && p.told < offset_of(e);
    if (due && (!own || is_news_to_its_author(std::get<entry>(e->value)))) {
      ++services_.deliveries;
      if (p.who->sink().deliver(e) == appetite::full) lag(p, {head_.epoch, offset_of(e)});
    }
    if (own && receipt) p.who->sink().deliver(receipt);
  }
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
  const page_read::reader reader{p.who->number(), c.visit};
  std::size_t looked_at = 0;
  for (auto r = reads_.rbegin(); r != reads_.rend() && ++looked_at <= most_looked_at; ++r) {
    if (r->after == c.told && r->may_be_shared && r->readers.size() < most_sharing)
      return r->readers.push_back(reader);
  }
  const bool in_log = c.told.epoch == head_.epoch && c.told.offset <= head_.offset;
  const auto made = reads_.insert(reads_.end(), page_read{c.told, in_log, {reader}});
  services_.log.read(owner_.name(), {{log_range::side::after, c.told, page_entries}, page_bytes},
                     [self = weak_from_this(), made](const auto& page) {
                       if (const auto alive = self.lock()) alive->on_page(made, page);
                     });
}

void audience::on_page(std::list<page_read>::iterator r, const result<journal::page>& page) {
  std::vector<follower> followers = followers_of(*r);
  reads_.erase(r);
  for (const follower& f : followers)
    f.who->behind->reading = false;
  // Who has got another room's page meanwhile reads this one when he is hungry again.
  std::erase_if(followers, [](const follower& f) { return f.who->who->sink().full(); });
  if (page) {
    feed(followers, *page);
    for (follower& f : followers) {
      if (f.left == appetite::hungry && !page->more) feed_newest(f);
      if (f.left == appetite::hungry) go_on(*f.who); // the others when they are hungry
    }
  } else {
    for (const follower& f : followers)
      f.who->who->sink().close({close_code::log_unreadable, "what you missed cannot be read now"});
  }
  if (reads_.empty()) newest_.clear();
}

std::vector<audience::follower> audience::followers_of(const page_read& r) {
  std::vector<follower> all;
  all.reserve(r.readers.size());
  for (const auto& [number, visit] : r.readers) {
    const member* m = services_.find_member(number);
    place* p = m ? place_of(*m) : nullptr;
    // It may have left, or left and come again, meanwhile.
    if (p != nullptr && p->behind && p->behind->visit == visit) all.push_back({p});
  }
  return all;
}

void audience::feed(std::vector<follower>& followers, const journal::page& page) {
  for (follower& f : followers)
    announce_gap(f, page);
  // All of it, though a sink may be full before its end: it is bounded, and paid for. Entry by
  // entry, so that each is encoded once for all.
  for (const journal::record& r : page.entries) {
    const shared_event e = share(r.what);
    for (follower& f : followers) {
      f.who->behind->told = r.what.at;
      if (!is_own(*f.who->who, r.author, r.what)) give(f, e);
    }
  }
}

void audience::announce_gap(follower& f, const journal::page& page) {
  cursor& c = *f.who->behind;
  const bool another_log = c.told.epoch != head_.epoch;
  const bool older_log = !another_log && c.told.offset > page.head.offset;
  if (another_log || older_log || page.gap) {
    std::uint64_t next = page.gap.value_or(1);
    if (older_log) next = page.head.offset + 1;
    if (!page.entries.empty()) next = page.entries.front().what.at.offset;
    if (c.announced) give(f, share(entries_missed{owner_.name(), c.told, {head_.epoch, next}}));
    c.told = {head_.epoch, next - 1};
  }
  c.announced = true; // from here on the member relies on it
}

void audience::feed_newest(follower& f) {
  cursor& c = *f.who->behind;
  for (const stored& s : newest_) {
    if (f.left == appetite::full) return;
    if (s.offset != c.told.offset + 1) continue; // in the page already
    c.told.offset = s.offset;
    if (!is_own(*f.who->who, s.who, std::get<entry>(s.what->value))) give(f, s.what);
  }
}

void audience::go_on(place& p) {
  if (p.behind->told.offset < head_.offset) return read(p);
  p.told = p.behind->told.offset;
  p.behind.reset();
}

void audience::give(follower& f, const shared_event& e) {
  ++services_.deliveries;
  f.left = f.who->who->sink().deliver(e);
}

} // namespace asio_chat
