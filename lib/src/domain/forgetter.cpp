#include "domain/forgetter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat {

namespace {

/// What is said of a room but for the account; none: nothing changes. Who alone owned it owns it
/// still, by a number that nobody has: a room without an owner would be anybody's.
std::optional<room_facts> without_account(const room_facts& about, const identity& account,
                                          const std::set<std::uint64_t>& gone) {
  room_facts left = about;
  const bool owned_by_others = std::ranges::any_of(left.roles, [&](const auto& one) {
    return one.first != account && one.second == role::owner;
  });
  if (left.role_of(account) != role::owner || owned_by_others) left.roles.erase(account);
  left.invited.erase(account);
  std::erase_if(left.pins, [&](const pinned_entry& p) { return gone.contains(p.offset); });
  const bool same = left.roles.size() == about.roles.size() &&
                    left.invited.size() == about.invited.size() &&
                    left.pins.size() == about.pins.size();
  return same ? std::nullopt : std::optional(std::move(left));
}

} // namespace

forgetter::forgetter(services s)
    : services_(std::move(s))
    , self_(std::make_shared<forgetter*>(this)) {
  if (services_.known.farewells().empty()) return;
  services_.later([self = std::weak_ptr(self_)] {
    if (const auto alive = self.lock()) (*alive)->begin();
  });
}

template <class Answer, class Function>
std::function<void(Answer)> forgetter::when_answered(Function f) {
  return [self = std::weak_ptr(self_), f = std::move(f)](Answer answer) {
    if (const auto alive = self.lock()) f(**alive, std::move(answer));
  };
}

void forgetter::begin() {
  if (now_) return;
  for (const auto& [account, who] : services_.known.farewells()) {
    if (given_up_.contains(account)) continue;
    now_.emplace(progress{who});
    return list({});
  }
}

void forgetter::list(std::string from) {
  services_.log.list(std::move(from), when_answered<result<journal::log_list>>(
                                          [](forgetter& f, result<journal::log_list> some) {
                                            if (!some) return f.stop(some.error());
                                            f.now_->rooms = std::move(some->rooms);
                                            f.now_->next = std::move(some->next);
                                            f.next_room();
                                          }));
}

void forgetter::next_room() {
  if (now_->rooms.empty()) return now_->next.empty() ? leave_quiet_rooms({}) : list(now_->next);
  now_->place = {};
  now_->gone.clear();
  read();
}

void forgetter::read() {
  services_.log.read(
      now_->rooms.back(), {{log_range::side::after, now_->place, read_at_once}},
      when_answered<result<journal::page>>([](forgetter& f, const result<journal::page>& p) {
        if (p) return f.look_at(*p);
        ++f.now_->unread; // damaged: others are not kept waiting for it
        f.leave_room();
      }));
}

void forgetter::look_at(const journal::page& p) {
  const auto& authors = now_->who.authors;
  const room_facts* about = services_.known.room(now_->rooms.back());
  for (const journal::record& r : p.entries) {
    if (std::ranges::find(authors, r.author) == authors.end()) continue;
    // Whoever has the device goes on as a guest.
    if (r.author != now_->who.account && r.what.time > now_->who.asked) continue;
    if (r.what.kind == entry_kind::topic) continue; // it is the room's
    if (about && std::ranges::count(about->pins, r.what.at.offset, &pinned_entry::offset) > 0)
      now_->gone.insert(r.what.at.offset);
    if (r.what.kind != entry_kind::destroyed) now_->doomed.push_back(r.what.at.offset);
  }
  now_->more = p.more && !p.entries.empty();
  if (now_->more) now_->place = p.entries.back().what.at;
  destroy();
}

void forgetter::destroy() {
  auto& doomed = now_->doomed;
  if (doomed.empty()) return now_->more ? read() : leave_room();
  const std::size_t count = now_->one_by_one > 0 ? 1 : std::min(doomed.size(), destroyed_at_once);
  std::vector<std::uint64_t> some(doomed.end() - static_cast<std::ptrdiff_t>(count), doomed.end());
  doomed.resize(doomed.size() - count);
  services_.log.destroy(now_->rooms.back(), some,
                        when_answered<result<void>>([some](forgetter& f, const result<void>& how) {
                          f.destroyed(some, how);
                        }));
}

void forgetter::destroyed(std::vector<std::uint64_t> some, const result<void>& how) {
  if (!how && how.error().code != errc::not_available) return stop(how.error());
  if (now_->one_by_one > 0) --now_->one_by_one;
  if (how) {
    now_->texts += some.size();
  } else if (some.size() == 1) {
    ++now_->old;
  } else { // one of them is from before texts had keys of their own
    now_->one_by_one = some.size();
    now_->doomed.insert(now_->doomed.end(), some.begin(), some.end());
  }
  destroy();
}

void forgetter::leave_room() {
  const std::string room = std::move(now_->rooms.back());
  now_->rooms.pop_back();
  const room_facts* about = services_.known.room(room);
  if (!about || !without_account(*about, now_->who.account, now_->gone)) return next_room();
  services_.known.change(
      [this, room]() -> result<std::vector<fact>> {
        const room_facts* as_is = services_.known.room(room);
        const auto left =
            as_is ? without_account(*as_is, now_->who.account, now_->gone) : std::nullopt;
        return left ? std::vector<fact>{fact_of(*left)} : std::vector<fact>();
      },
      when_answered<const result<void>&>([](forgetter& f, const result<void>& kept) {
        kept ? f.next_room() : f.stop(kept.error());
      }));
}

/// Rooms in which nothing was said have no log, and may know the account all the same.
void forgetter::leave_quiet_rooms(const std::string& behind) {
  const auto& all = services_.known.rooms();
  std::vector<std::string> rooms;
  std::string last;
  auto next = all.upper_bound(behind);
  for (std::size_t n = 0; n < rooms_at_once && next != all.end(); ++n, ++next) {
    last = next->first;
    const room_facts& r = next->second;
    const identity& who = now_->who.account;
    if ((r.roles.contains(who) || r.invited.contains(who)) && without_account(r, who, {}))
      rooms.push_back(last);
  }
  if (last.empty()) return finish();
  services_.known.change(
      [this, rooms = std::move(rooms)]() -> result<std::vector<fact>> {
        std::vector<fact> facts;
        for (const std::string& room : rooms) {
          const room_facts* as_is = services_.known.room(room);
          const auto left = as_is ? without_account(*as_is, now_->who.account, {}) : std::nullopt;
          if (left) facts.push_back(fact_of(*left));
        }
        return facts;
      },
      when_answered<const result<void>&>([last](forgetter& f, const result<void>& kept) {
        kept ? f.leave_quiet_rooms(last) : f.stop(kept.error());
      }));
}

void forgetter::finish() {
  const std::string name = now_->who.name;
  if (now_->unread > 0)
    return stop(fail(errc::storage_failed, fmt::format("{} rooms cannot be read", now_->unread)));
  services_.known.change(
      [who = now_->who]() -> result<std::vector<fact>> {
        return std::vector<fact>{without(fact_of(who))};
      },
      when_answered<const result<void>&>([name](forgetter& f, const result<void>& kept) {
        if (!kept) return f.stop(kept.error());
        const std::size_t texts = f.now_->texts;
        std::string told = fmt::format("what {} had said is destroyed: {} {}", name, texts,
                                       texts == 1 ? "text" : "texts");
        if (f.now_->old > 0)
          told += fmt::format("; {} are from before single texts could be destroyed: asio-chatd "
                              "erase --author does it",
                              f.now_->old);
        f.now_.reset();
        f.services_.note(std::move(told));
        f.begin();
      }));
}

void forgetter::stop(const failure& why) {
  const farewell who = std::move(now_->who);
  now_.reset();
  given_up_.insert(who.account);
  services_.note(fmt::format("what {} had said is not destroyed yet, and the next start goes on "
                             "with it: {}",
                             who.name, why.message));
  begin();
}

} // namespace asio_chat
