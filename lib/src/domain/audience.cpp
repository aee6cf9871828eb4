#include "domain/audience.hpp"

#include "domain/room.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

namespace asio_chat {

namespace {

constexpr std::size_t page_bytes = 64 * 1024;
constexpr std::size_t page_entries = 256;
/// Of one page.
constexpr std::size_t most_sharing = 64;
/// Fed at once: others shall not wait for more than so many pages.
constexpr std::size_t most_fed = 16;
/// Members who ask for the same page do so at about the same time.
constexpr std::size_t most_looked_at = 8;
/// Stored while a page was read; a member who is behind by more reads another page.
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

} // namespace

audience::audience(room& owner, room_services& services)
    : owner_(owner)
    , services_(services)
    , hub_alive_(services.hub_alive)
    , several_(services.limits.member_connections > 1) {}

bool audience::has(const endpoint& m) const noexcept {
  return std::any_of(m.seats_.begin(), m.seats_.end(),
                     [this](const endpoint::seat& s) { return s.in == &owner_; });
}

bool audience::add(endpoint& m) {
  assert(!has(m));
  tell_news(); // of before
  m.seats_.push_back({&owner_, places_.size()});
  places_.push_back({&m, 0, std::make_unique<cursor>(cursor{{}, 0, true, true})});
  const bool is_new = m.of().sat_down(owner_);
  if (is_new) names_.insert(m.name());
  return is_new;
}

bool audience::remove(endpoint& m) {
  tell_entries();
  if (const place* p = place_of(m); p->behind && p->behind->asked) m.end_catching_up();
  // A member who leaves all rooms leaves the last one first.
  const auto last = std::find_if(m.seats_.rbegin(), m.seats_.rend(),
                                 [this](const endpoint::seat& s) { return s.in == &owner_; });
  assert(last != m.seats_.rend());
  const auto seat = std::prev(last.base());
  // The last one takes the empty place.
  places_[seat->index] = std::move(places_.back());
  places_.pop_back();
  if (seat->index < places_.size()) {
    for (endpoint::seat& s : places_[seat->index].who->seats_) {
      if (s.in == &owner_) s.index = seat->index;
    }
  }
  m.seats_.erase(seat);
  const bool was_last = m.of().stood_up(owner_);
  if (was_last) names_.erase(m.name());
  if (places_.empty()) forget_readers();
  return was_last;
}

void audience::forget_readers() {
  // The room may go before their pages come.
  for (page_read& r : reads_) {
    for (const page_read::reader& who : std::exchange(r.readers, {})) {
      if (endpoint* m = services_.find_endpoint(who.number)) m->end(work::page);
    }
  }
}

void audience::rename(const std::string& from, const std::string& to) {
  names_.erase(from);
  names_.insert(to);
}

audience::place* audience::place_of(const endpoint& m) {
  return const_cast<place*>(std::as_const(*this).place_of(m));
}

const audience::place* audience::place_of(const endpoint& m) const {
  for (const endpoint::seat& s : m.seats_) {
    if (s.in == &owner_) return &places_[s.index];
  }
  return nullptr;
}

audience::place* audience::place_of(const page_read::reader& r) {
  const endpoint* m = services_.find_endpoint(r.number);
  place* p = m ? place_of(*m) : nullptr;
  // It may have left, or left and come again, meanwhile.
  return p != nullptr && p->behind && p->behind->visit == r.visit ? p : nullptr;
}

void audience::begin(endpoint& m, const beginning& where, position head) {
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
  // The member may even have more: of a page read when it was stored, but not told yet. Or the log
  // is an older one that was put back. The journal knows.
  *p->behind = {told, ++visits_, where.after.has_value(), false, true};
  m.begin_catching_up();
  read(*p);
}

void audience::tell(const event& e, const member* about) {
  tell_entries();
  tell_now(share(e), about ? about->number() : 0);
}

void audience::tell_soon(event e, const member* about) {
  if (!untold_.empty()) tell_entries();
  news_.push_back({share(std::move(e)), about ? about->number() : 0});
  if (news_.size() > 1) return; // a task for all of them is on its way
  services_.later([self = weak_from_this()] {
    if (const auto alive = self.lock(); alive && alive->hub_is_there()) alive->tell_news();
  });
}

void audience::tell_news() {
  for (const auto& [e, about] : std::exchange(news_, {}))
    tell_now(e, about);
}

void audience::tell_now(const shared_event& shared, std::uint64_t about) {
  for (place& p : places_) {
    if (p.behind && p.who->of().number() != about && (!p.behind->reading || p.who->sink().full())) {
      p.behind->missed = true;
      continue;
    }
    ++services_.deliveries;
    if (p.who->sink().deliver(shared) == appetite::full && !p.behind) lag(p, head_);
  }
}

void audience::add_entry(entry e, const identity& who, endpoint* author, shared_event receipt) {
  const std::size_t bytes = e.text.size() + journal::entry_overhead;
  if (untold_bytes_ + bytes > most_untold_bytes || !news_.empty()) tell_entries();
  head_ = e.at;
  const shared_event shared = share(std::move(e));
  if (!reads_.empty() || pages_ > 0) {
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
    if (const auto alive = self.lock(); alive && alive->hub_is_there()) alive->tell_entries();
  });
}

void audience::tell_entries() {
  if (!news_.empty()) tell_news(); // entries that came after them would have told them
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
      e->forget_encodings();
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
    if (!own) continue;
    if (several_ && p.behind) p.behind->own.push_back(offset_of(e));
    if (receipt) p.who->sink().deliver(receipt);
  }
}

void audience::lag(place& p, position told) {
  told.offset = std::max(told.offset, p.told);
  p.behind = std::make_unique<cursor>(cursor{told, ++visits_, true, false});
  for (const endpoint::seat& s : p.who->seats_)
    s.in->lag_unless_behind(*p.who);
}

void audience::lag_unless_behind(const endpoint& m) {
  if (place* p = place_of(m); !p->behind) lag(*p, before_untold());
}

position audience::before_untold() const {
  position at = head_;
  if (!untold_.empty()) at.offset = offset_of(untold_.entries().front()) - 1;
  return at;
}

bool audience::hungry(const endpoint::seat& s) {
  place& p = places_[s.index];
  if (!p.behind || p.behind->reading) return false;
  if (p.behind->told == head_ && !p.behind->missed) {
    be_live(p); // as a rule: its sink was full by another room
    return false;
  }
  read(p);
  return true;
}

void audience::read(place& p) {
  cursor& c = *p.behind;
  c.reading = true;
  p.who->begin(work::page);
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
  r->may_be_shared = false; // what is stored from here on is not in it
  if (page) {
    r->answer.emplace(page_read::content{{}, {}, page->gap, page->head, page->more});
    for (const journal::record& one : page->entries) {
      r->answer->entries.add(share(one.what));
      r->answer->authors.push_back(one.author);
    }
  }
  serve_later(r); // others may have been answered with this
}

void audience::serve_later(std::list<page_read>::iterator r) {
  services_.later([self = weak_from_this(), r] {
    if (const auto alive = self.lock(); alive && alive->hub_is_there()) alive->serve(r);
  });
}

void audience::serve(std::list<page_read>::iterator r) {
  const work_watch::piece one(services_.watch, "page of the log");
  for (follower& f : next_followers(*r)) {
    cursor& c = *f.who->behind;
    c.reading = false;
    // A sink that another room's page has filled gets this one when it can take more.
    if (f.who->who->sink().full()) continue;
    if (!r->answer) {
      f.who->who->sink().close({close_code::log_unreadable, "what you missed cannot be read now"});
      continue;
    }
    feed(f, *r->answer);
    if (f.left == appetite::hungry && !r->answer->more) feed_newest(f);
    if (f.left == appetite::full) continue; // until it can take more
    if (c.told.offset >= head_.offset) {
      catch_up(*f.who);
    } else {
      c.reading = true; // as soon as all have been fed: they share the next page as well
      r->fed.push_back({f.who->who->number(), c.visit});
    }
  }
  if (!r->readers.empty()) return serve_later(r);
  for (const page_read::reader& who : r->fed) {
    if (place* p = place_of(who)) go_on(*p);
  }
  reads_.erase(r);
  if (reads_.empty() && pages_ == 0) newest_.clear();
}

std::vector<audience::follower> audience::next_followers(page_read& r) {
  std::vector<follower> some;
  for (std::size_t n = 0; n < most_fed && !r.readers.empty(); ++n) {
    const page_read::reader who = r.readers.front();
    r.readers.pop_front();
    if (endpoint* m = services_.find_endpoint(who.number)) m->end(work::page);
    if (place* p = place_of(who)) some.push_back({p});
  }
  return some;
}

void audience::feed(follower& f, const page_read::content& page) {
  announce_gap(f, page);
  if (page.entries.empty()) return;
  cursor& c = *f.who->behind;
  const std::vector<shared_event>& entries = page.entries.entries();
  // All of it, though the sink may be full before its end: it is bounded, and paid for.
  c.told = std::get<entry>(entries.back()->value).at;
  const auto is_author = [&](const identity& who) { return who == f.who->who->who(); };
  if (std::none_of(page.authors.begin(), page.authors.end(), is_author)) {
    services_.deliveries += entries.size();
    f.left = f.who->who->sink().deliver_all(page.entries);
    return;
  }
  for (std::size_t n = 0; n < entries.size(); ++n) {
    const auto& one = std::get<entry>(entries[n]->value);
    if (is_unanswered(*f.who, page.authors[n], one)) {
      c.told.offset = one.at.offset - 1;
      break;
    }
    if (!came_over(*f.who, page.authors[n], one)) give(f, entries[n]);
  }
  std::erase_if(c.own, [&](std::uint64_t offset) { return offset <= c.told.offset; });
}

bool audience::came_over(const place& p, const identity& author, const entry& e) const {
  if (is_news_to_its_author(e) || author != p.who->who()) return false;
  return !several_ || std::ranges::find(p.behind->own, e.at.offset) != p.behind->own.end();
}

/// Of the member, and whether it came over this endpoint the journal's answer will tell: then it is
/// live.
bool audience::is_unanswered(const place& p, const identity& author, const entry& e) const {
  return several_ && author == p.who->who() && e.at.offset > head_.offset;
}

void audience::announce_gap(follower& f, const page_read::content& page) {
  cursor& c = *f.who->behind;
  const bool another_log = c.told.epoch != head_.epoch;
  const bool older_log = !another_log && c.told.offset > page.head.offset;
  if (another_log || older_log || page.gap) {
    std::uint64_t next = page.gap.value_or(1);
    if (older_log) next = page.head.offset + 1;
    if (!page.entries.empty()) next = offset_of(page.entries.entries().front());
    if (c.announced) give(f, share(entries_missed{owner_.name(), c.told, {head_.epoch, next}}));
    c.told = {head_.epoch, next - 1};
  }
  c.announced = true; // from here on the member relies on it
}

void audience::feed_newest(follower& f) {
  cursor& c = *f.who->behind;
  auto next = std::ranges::lower_bound(newest_, c.told.offset + 1, {}, &stored::offset);
  for (std::size_t n = 0; n < page_entries && next != newest_.end(); ++n, ++next) {
    if (f.left == appetite::full || next->offset != c.told.offset + 1) return;
    c.told.offset = next->offset;
    if (!came_over(*f.who, next->who, std::get<entry>(next->what->value))) give(f, next->what);
  }
}

void audience::go_on(place& p) {
  if (p.who->sink().full()) {
    p.behind->reading = false;
  } else if (p.behind->told.offset < head_.offset) {
    read(p);
  } else {
    catch_up(p);
  }
}

void audience::catch_up(place& p) {
  be_live(p);
  services_.caught_up(*p.who);
}

void audience::be_live(place& p) {
  const std::unique_ptr<cursor> was = std::move(p.behind);
  p.told = was->told.offset;
  if (was->missed && p.who->many_rooms()) owner_.tell_state(*p.who);
  if (was->asked) p.who->end_catching_up();
}

std::optional<position> audience::told(const endpoint& m) const {
  const place* p = place_of(m);
  if (p == nullptr) return std::nullopt;
  if (p->behind) return p->behind->told;
  return position{head_.epoch, std::max(before_untold().offset, p->told)};
}

void audience::let_newest_go() {
  if (--pages_ == 0 && reads_.empty()) newest_.clear();
}

bool audience::end_page_at(const position& end, journal::page& page, const page_size& most) const {
  if (end.epoch != page.head.epoch) return true; // of another log: there is nothing to join
  auto& entries = page.entries;
  std::uint64_t last = entries.empty() ? page.head.offset : entries.back().what.at.offset;
  while (!entries.empty() && entries.back().what.at.offset > end.offset)
    entries.pop_back();
  if (last > end.offset && page.earlier) return false; // there is more that belongs into it
  last = std::min(last, end.offset);
  std::size_t bytes = 0;
  for (const stored& s : newest_) {
    if (s.offset != last + 1 || s.offset > end.offset) continue;
    entries.push_back({std::get<entry>(s.what->value), s.who});
    last = s.offset;
  }
  auto first = entries.end();
  while (first != entries.begin()) {
    const auto before = std::prev(first);
    bytes += before->what.text.size() + journal::entry_overhead;
    const auto count = static_cast<std::size_t>(entries.end() - before);
    if (count > most.entries || (count > 1 && bytes > most.bytes)) break;
    first = before;
  }
  if (first != entries.begin()) page.earlier = true;
  entries.erase(entries.begin(), first);
  page.more = last < head_.offset;
  return last == end.offset;
}

void audience::give(follower& f, const shared_event& e) {
  ++services_.deliveries;
  f.left = f.who->who->sink().deliver(e);
}

} // namespace asio_chat
