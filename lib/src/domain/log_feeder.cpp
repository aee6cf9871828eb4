#include "domain/log_feeder.hpp"

#include "domain/room.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace asio_chat {

namespace {

constexpr std::size_t page_bytes = 64 * 1024;
constexpr std::size_t page_entries = 256;
/// Of one page.
constexpr std::size_t max_sharing = 64;
/// Fed at once: others shall not wait for more than so many pages.
constexpr std::size_t max_fed = 16;
/// Members who ask for the same page do so at about the same time.
constexpr std::size_t max_looked_at = 8;
/// Stored while a page was read; an endpoint that is behind by more reads another page.
constexpr std::size_t max_newest = 1'024;

} // namespace

log_feeder::log_feeder(readers& of, const std::string& room, const std::string& log,
                       room_services& services)
    : readers_(of)
    , room_(room)
    , log_(log)
    , services_(services)
    , hub_alive_(services.hub_alive) {}

void log_feeder::read(subscriber& s) {
  cursor& c = *s.behind;
  c.reading = true;
  s.who->begin(work::page);
  const reader one{s.who->number(), c.visit};
  std::size_t looked_at = 0;
  for (auto r = reads_.rbegin(); r != reads_.rend() && ++looked_at <= max_looked_at; ++r) {
    if (r->after == c.delivered && r->after.tag == c.delivered.tag && r->may_be_shared &&
        r->waiting.size() < max_sharing)
      return r->waiting.push_back(one);
  }
  const position head = readers_.head();
  const bool in_log = c.delivered.epoch == head.epoch && c.delivered.offset <= head.offset;
  const auto made = reads_.insert(reads_.end(), page_read{c.delivered, in_log, {one}});
  services_.log.read(log_, {{log_range::side::after, c.delivered, page_entries}, page_bytes},
                     [self = weak_from_this(), made](const auto& page) {
                       if (const auto alive = self.lock()) alive->on_page(made, page);
                     });
}

void log_feeder::on_page(read_under_way r, const result<journal::page>& page) {
  r->may_be_shared = false; // what is stored from here on is not in it
  if (page) {
    r->answer.emplace(content{{}, {}, page->gap, page->head, page->more, page->compared});
    for (const journal::record& one : page->entries) {
      entry what = one.what;
      what.room = room_;
      r->answer->entries.add(share(std::move(what)));
      r->answer->authors.push_back(one.author);
    }
  }
  serve_later(r); // others may have been answered with this
}

void log_feeder::serve_later(read_under_way r) {
  services_.later([self = weak_from_this(), r] {
    if (const auto alive = self.lock(); alive && !alive->hub_alive_.expired()) alive->serve(r);
  });
}

void log_feeder::serve(read_under_way r) {
  const work_watch::piece one(services_.watch, "page of the log");
  readers_.deliver_pending(); // so that it is known which entries came over which endpoint
  const position head = readers_.head();
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
    if (f.left == backpressure::ready && !r->answer->more) feed_newest(f);
    if (f.left == backpressure::blocked) continue; // until it can take more
    if (c.delivered.offset >= head.offset) {
      readers_.caught_up(*f.who);
    } else {
      c.reading = true; // as soon as all have been fed: they share the next page as well
      r->fed.push_back({f.who->who->number(), c.visit});
    }
  }
  if (!r->waiting.empty()) return serve_later(r);
  for (const reader& who : r->fed) {
    if (subscriber* s = readers_.find_reader(who.number, who.visit)) go_on(*s);
  }
  reads_.erase(r);
  if (reads_.empty() && pages_ == 0) newest_.clear();
}

std::vector<log_feeder::follower> log_feeder::next_followers(page_read& r) {
  std::vector<follower> some;
  for (std::size_t n = 0; n < max_fed && !r.waiting.empty(); ++n) {
    const reader who = r.waiting.front();
    r.waiting.pop_front();
    if (endpoint* m = services_.find_endpoint(who.number)) m->end(work::page);
    if (subscriber* s = readers_.find_reader(who.number, who.visit)) some.push_back({s});
  }
  return some;
}

void log_feeder::feed(follower& f, const content& page) {
  announce_gap(f, page);
  if (page.entries.empty()) return;
  cursor& c = *f.who->behind;
  const std::vector<shared_event>& entries = page.entries.entries();
  // All of it, though the sink may be full before its end: it is bounded, and paid for.
  c.delivered = std::get<entry>(entries.back()->value).at;
  c.delivered.epoch = readers_.head().epoch;
  const auto is_author = [&](const identity& who) { return who == f.who->who->who(); };
  if (std::none_of(page.authors.begin(), page.authors.end(), is_author)) {
    services_.counters.deliveries += entries.size();
    f.left = f.who->who->sink().deliver_all(page.entries);
    return;
  }
  for (std::size_t n = 0; n < entries.size(); ++n) {
    const auto& one = std::get<entry>(entries[n]->value);
    if (is_unanswered(*f.who, page.authors[n], one)) {
      c.delivered.offset = one.at.offset - 1;
      break;
    }
    if (!came_over(*f.who, page.authors[n], one)) give(f, entries[n]);
  }
  std::erase_if(c.own, [&](std::uint64_t offset) { return offset <= c.delivered.offset; });
}

void log_feeder::announce_gap(follower& f, const content& page) {
  cursor& c = *f.who->behind;
  const position head = readers_.head();
  const bool another_log = page.compared == journal::log_is::another;
  const bool older_log = !another_log && (page.compared == journal::log_is::cut_back ||
                                          c.delivered.offset > page.head.offset);
  if (another_log || older_log || page.gap) {
    std::uint64_t next = page.gap.value_or(1);
    if (older_log) next = std::min(c.delivered.offset, page.head.offset) + 1;
    if (!page.entries.empty()) next = offset_of(page.entries.entries().front());
    if (c.announced) give(f, share(entries_missed{room_, c.delivered, {head.epoch, next}}));
    c.delivered = {head.epoch, next - 1};
  }
  // An earlier epoch of this log leads to the same place; pages are shared by those in one.
  c.delivered.epoch = head.epoch;
  c.announced = true; // from here on the member relies on it
}

void log_feeder::feed_newest(follower& f) {
  cursor& c = *f.who->behind;
  auto next = std::ranges::lower_bound(newest_, c.delivered.offset + 1, {}, &stored_entry::offset);
  for (std::size_t n = 0; n < page_entries && next != newest_.end(); ++n, ++next) {
    if (f.left == backpressure::blocked || next->offset != c.delivered.offset + 1) return;
    c.delivered.offset = next->offset;
    if (!came_over(*f.who, next->who, std::get<entry>(next->what->value))) give(f, next->what);
  }
}

bool log_feeder::came_over(const subscriber& s, const identity& author, const entry& e) const {
  if (is_news_to_its_author(e) || author != s.who->who()) return false;
  return !s.who->of().may_have_several() ||
         std::ranges::find(s.behind->own, e.at.offset) != s.behind->own.end();
}

/// Of the member, and whether it came over this endpoint the journal's answer will tell: then it is
/// live.
bool log_feeder::is_unanswered(const subscriber& s, const identity& author, const entry& e) const {
  return author == s.who->who() && s.who->of().may_have_several() &&
         e.at.offset > readers_.head().offset;
}

void log_feeder::go_on(subscriber& s) {
  if (s.who->sink().full()) {
    s.behind->reading = false;
  } else if (s.behind->delivered.offset < readers_.head().offset) {
    read(s);
  } else {
    readers_.caught_up(s);
  }
}

void log_feeder::forget_readers() {
  for (page_read& r : reads_) {
    for (const reader& who : std::exchange(r.waiting, {})) {
      if (endpoint* m = services_.find_endpoint(who.number)) m->end(work::page);
    }
  }
}

void log_feeder::stored(const shared_event& e, std::uint64_t offset, const identity& author) {
  if (reads_.empty() && pages_ == 0) return;
  if (newest_.size() == max_newest)
    newest_.erase(newest_.begin(), newest_.begin() + max_newest / 2);
  newest_.push_back({e, offset, author});
}

void log_feeder::let_newest_go() {
  if (--pages_ == 0 && reads_.empty()) newest_.clear();
}

bool log_feeder::end_page_at(const position& end, journal::page& page, const page_size& max) const {
  if (end.epoch != page.head.epoch) return true; // of another log: there is nothing to join
  auto& entries = page.entries;
  std::uint64_t last = entries.empty() ? page.head.offset : entries.back().what.at.offset;
  while (!entries.empty() && entries.back().what.at.offset > end.offset)
    entries.pop_back();
  if (last > end.offset && page.earlier) return false; // there is more that belongs into it
  last = std::min(last, end.offset);
  std::size_t bytes = 0;
  for (const stored_entry& s : newest_) {
    if (s.offset != last + 1 || s.offset > end.offset) continue;
    entries.push_back({std::get<entry>(s.what->value), s.who});
    entries.back().what.address = {}; // as of those that were read
    last = s.offset;
  }
  auto first = entries.end();
  while (first != entries.begin()) {
    const auto before = std::prev(first);
    bytes += before->what.text.size() + journal::entry_overhead;
    const auto count = static_cast<std::size_t>(entries.end() - before);
    if (count > max.entries || (count > 1 && bytes > max.bytes)) break;
    first = before;
  }
  if (first != entries.begin()) page.earlier = true;
  entries.erase(entries.begin(), first);
  page.more = last < readers_.head().offset;
  return last == end.offset;
}

void log_feeder::give(follower& f, const shared_event& e) {
  ++services_.counters.deliveries;
  f.left = f.who->who->sink().deliver(e);
}

} // namespace asio_chat
