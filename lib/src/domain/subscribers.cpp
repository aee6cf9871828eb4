#include "domain/subscribers.hpp"

#include "domain/room.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

namespace asio_chat {

namespace {

/// Told at once, whatever else may come.
constexpr std::size_t max_pending_bytes = 16 * 1024;
/// Writing to so many takes less than a millisecond.
constexpr std::size_t few = 64;

/// What is told in a room, from here to the end of the scope.
class telling {
 public:
  telling(room_services& services, priority of_it)
      : priority_(services.priority)
      , before_(std::exchange(priority_, of_it)) {}
  ~telling() { priority_ = before_; }
  telling(const telling&) = delete;
  telling& operator=(const telling&) = delete;

 private:
  priority& priority_;
  priority before_;
};

} // namespace

subscribers::subscribers(room& owner, room_services& services)
    : owner_(owner)
    , services_(services)
    , hub_alive_(services.hub_alive)
    , feeder_(std::make_shared<log_feeder>(static_cast<log_feeder::readers&>(*this), owner.name(),
                                           owner.log_name(), services)) {}

bool subscribers::has(const endpoint& m) const noexcept {
  return std::any_of(m.memberships_.begin(), m.memberships_.end(),
                     [this](const endpoint::membership& in) { return in.in == &owner_; });
}

bool subscribers::add(endpoint& m) {
  assert(!has(m));
  tell_news(); // of before
  m.memberships_.push_back({&owner_, all_.size()});
  all_.push_back({&m, 0, std::make_unique<cursor>(cursor{{}, 0, true, true})});
  const bool is_new = m.of().subscribed(owner_);
  if (is_new) names_.emplace(m.name(), &m.of());
  return is_new;
}

bool subscribers::remove(endpoint& m) {
  deliver_pending();
  if (const subscriber* s = subscriber_of(m); s->behind && s->behind->asked) m.end_catching_up();
  // A member who leaves all rooms leaves the last one first.
  const auto last =
      std::find_if(m.memberships_.rbegin(), m.memberships_.rend(),
                   [this](const endpoint::membership& in) { return in.in == &owner_; });
  assert(last != m.memberships_.rend());
  const auto place = std::prev(last.base());
  // The last one takes the empty place.
  all_[place->index] = std::move(all_.back());
  all_.pop_back();
  if (place->index < all_.size()) {
    for (endpoint::membership& s : all_[place->index].who->memberships_) {
      if (s.in == &owner_) s.index = place->index;
    }
  }
  m.memberships_.erase(place);
  const bool was_last = m.of().unsubscribed(owner_);
  if (was_last) names_.erase(m.name());
  if (all_.empty()) feeder_->forget_readers();
  return was_last;
}

void subscribers::rename(const std::string& from, const std::string& to) {
  auto moved = names_.extract(from);
  moved.key() = to;
  names_.insert(std::move(moved));
}

subscriber* subscribers::subscriber_of(const endpoint& m) {
  return const_cast<subscriber*>(std::as_const(*this).subscriber_of(m));
}

const subscriber* subscribers::subscriber_of(const endpoint& m) const {
  for (const endpoint::membership& s : m.memberships_) {
    if (s.in == &owner_) return &all_[s.index];
  }
  return nullptr;
}

subscriber* subscribers::find_reader(std::uint64_t number, std::uint64_t visit) {
  const endpoint* m = services_.find_endpoint(number);
  subscriber* s = m ? subscriber_of(*m) : nullptr;
  // It may have left, or left and come again, meanwhile.
  return s != nullptr && s->behind && s->behind->visit == visit ? s : nullptr;
}

void subscribers::begin(endpoint& m, const start_position& where, position head) {
  deliver_pending();
  head_ = head;
  subscriber* s = subscriber_of(m);
  assert(s != nullptr && s->behind);
  position told = head;
  if (where.after) {
    told = *where.after;
    if (told.offset == 0) told.epoch = head.epoch; // there was nothing yet
  } else {
    told.offset -= std::min<std::uint64_t>(head.offset, where.history.value_or(0));
  }
  // A tag that is not the head's own is compared with the log.
  const bool is_known =
      told.tag == 0 || (told.tag == head.tag && told.tag_offset == head.tag_offset);
  if (told == head && is_known) {
    s->behind.reset();
    return;
  }
  // The member may even have more: of a page read when it was stored, but not told yet. Or the log
  // is an older one that was put back. The journal knows.
  *s->behind = {told, ++visits_, where.after.has_value(),  false,
                true, false,     std::move(s->behind->own)};
  m.begin_catching_up();
  feeder_->read(*s);
}

void subscribers::tell(const event& e, const member* about) {
  deliver_pending();
  tell_now(share(e), about ? about->number() : 0);
}

void subscribers::tell_soon(event e, const member* about) {
  if (!pending_.empty()) deliver_pending();
  news_.push_back({share(std::move(e)), about ? about->number() : 0});
  if (news_.size() > 1) return; // a task for all of them is on its way
  services_.later([self = weak_from_this()] {
    if (const auto alive = self.lock(); alive && alive->hub_is_there()) alive->tell_news();
  });
}

void subscribers::tell_news() {
  for (const auto& [e, about] : std::exchange(news_, {}))
    tell_now(e, about);
}

void subscribers::tell_now(const shared_event& shared, std::uint64_t about) {
  for (subscriber& s : all_) {
    const bool own = s.who->of().number() == about;
    if (s.behind && !own && (!s.behind->reading || s.who->sink().full())) {
      s.behind->missed = true;
      continue;
    }
    ++services_.counters.deliveries;
    const telling one(services_, own ? priority::few : priority::news);
    if (s.who->sink().deliver(shared) == backpressure::blocked && !s.behind) lag(s, head_);
  }
}

void subscribers::add_entry(entry e, const identity& who, endpoint* author,
                            std::optional<acknowledged> receipt) {
  const std::size_t bytes = e.text.size() + journal::entry_overhead;
  if (pending_bytes_ + bytes > max_pending_bytes || !news_.empty()) deliver_pending();
  head_ = e.at;
  const shared_event shared = share(std::move(e));
  feeder_->stored(shared, head_.offset, who);
  subscriber* by = author ? subscriber_of(*author) : nullptr;
  if (by != nullptr) {
    by->spoke = true;
  } else if (receipt) {
    author->sink().deliver_receipts({&*receipt, 1}); // no entry of this room comes after it
    receipt.reset();
  }
  pending_.add(shared);
  said_.push_back({by ? author : nullptr, std::move(receipt)});
  pending_bytes_ += bytes;
  if (pending_.size() > 1) return; // a task for all of them is on its way
  services_.later([self = weak_from_this()] {
    if (const auto alive = self.lock(); alive && alive->hub_is_there()) alive->deliver_pending();
  });
}

void subscribers::deliver_pending() {
  if (!news_.empty()) tell_news(); // entries that came after them would have told them
  if (pending_.empty()) return;
  const std::uint64_t first = offset_of(pending_.entries().front());
  std::uint64_t groups = 0;
  const telling all(services_, all_.size() > few ? priority::many : priority::few);
  for (subscriber& s : all_) {
    if (s.spoke || s.delivered >= first) {
      deliver_one_by_one(s);
    } else if (!s.behind) {
      ++groups;
      if (s.who->sink().deliver_all(pending_) == backpressure::blocked) lag(s, head_);
    }
  }
  services_.counters.deliveries += groups * pending_.size();
  // Kept for those who read, they would keep many blocks of bytes that all others are done with.
  if (feeder_->keeps_newest()) {
    for (const shared_event& e : pending_.entries())
      e->forget_encodings();
  }
  pending_.clear();
  said_.clear();
  pending_bytes_ = 0;
}

void subscribers::deliver_one_by_one(subscriber& s) {
  s.spoke = false;
  auto by = said_.begin();
  for (const shared_event& e : pending_.entries()) {
    auto& [author, receipt] = *by++;
    const bool own = author == s.who;
    const bool due = !s.behind && s.delivered < offset_of(e);
    if (due && (!own || is_news_to_its_author(std::get<entry>(e->value)))) {
      deliver_receipts(s);
      ++services_.counters.deliveries;
      if (s.who->sink().deliver(e) == backpressure::blocked) lag(s, {head_.epoch, offset_of(e)});
    }
    if (!own) continue;
    if (s.behind && s.who->of().may_have_several()) s.behind->own.push_back(offset_of(e));
    if (receipt) receipts_.push_back(*std::move(receipt));
  }
  deliver_receipts(s);
}

void subscribers::deliver_receipts(const subscriber& s) {
  if (receipts_.empty()) return;
  s.who->sink().deliver_receipts(receipts_);
  receipts_.clear();
}

void subscribers::feed_from_log(subscriber& s, position told) {
  told.offset = std::max(told.offset, s.delivered);
  s.behind = std::make_unique<cursor>(cursor{told, ++visits_, true, false});
}

void subscribers::lag(subscriber& s, position told) {
  feed_from_log(s, told);
  for (const endpoint::membership& one : s.who->memberships_)
    one.in->lag_unless_behind(*s.who);
}

void subscribers::lag_unless_behind(const endpoint& m) {
  if (subscriber* s = subscriber_of(m); !s->behind) feed_from_log(*s, before_pending());
}

position subscribers::before_pending() const {
  position at = head_;
  if (!pending_.empty()) at.offset = offset_of(pending_.entries().front()) - 1;
  return at;
}

bool subscribers::ready(const endpoint::membership& m) {
  subscriber& s = all_[m.index];
  if (!s.behind || s.behind->reading) return false;
  if (s.behind->delivered == head_ && !s.behind->missed) {
    be_live(s); // as a rule: its sink was full by another room
    return false;
  }
  feeder_->read(s);
  return true;
}

void subscribers::caught_up(subscriber& s) {
  be_live(s);
  services_.caught_up(*s.who);
}

void subscribers::be_live(subscriber& s) {
  const std::unique_ptr<cursor> was = std::move(s.behind);
  s.delivered = was->delivered.offset;
  if (was->missed && s.who->many_rooms()) owner_.tell_state(*s.who);
  if (was->asked) s.who->end_catching_up();
}

std::optional<position> subscribers::delivered(const endpoint& m) const {
  const subscriber* s = subscriber_of(m);
  if (s == nullptr) return std::nullopt;
  if (s->behind) return s->behind->delivered;
  return position{head_.epoch, std::max(before_pending().offset, s->delivered)};
}

} // namespace asio_chat
