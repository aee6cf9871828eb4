#include "domain/name_book.hpp"

#include "accounts/people.hpp"
#include "base/ascii.hpp"
#include "domain/member.hpp"
#include "names/member_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace asio_chat {

namespace {

/// More than one, or those that are over would become more and more.
constexpr int max_forgotten = 16;

/// Whose names nobody bears: those that a host has reserved.
constexpr identity of_host{};

} // namespace

name_book::name_book(name_store* store, const clock& time, std::chrono::milliseconds hold,
                     upkeep begin, std::size_t max)
    : store_(store)
    , time_(time)
    , hold_(hold)
    , begin_upkeep_(std::move(begin))
    , max_(max) {
  if (!store_) return;
  // All of them are held from now on: how long they were away only the time of day could tell, and
  // that may have been set meanwhile. Members who were here when the server went come last.
  std::vector<held_name> names = store_->held_names();
  std::ranges::stable_sort(names, {},
                           [](const held_name& n) { return n.left.value_or(wall_time::max()); });
  for (held_name& n : names)
    remember(n.who, std::move(n.name));
  while (forget_old_ones())
    continue;
}

member* name_book::bearer(std::string_view name) const {
  const auto found = borne_.find(fold_name(name));
  return found == borne_.end() ? nullptr : found->second;
}

bool name_book::holds(std::string_view name) const {
  return holder_of_.contains(fold_name(name));
}

result<void> name_book::check_free(std::string_view name, const identity& who, named by) const {
  const std::string folded = fold_name(name);
  if (auto is_free = check_free_itself(name, folded, who, by); !is_free) return is_free;
  if (people_ && people_->find(name)) return {}; // their own: guests who look like them were late
  if (looks_like_another(name, folded, who, by)) {
    return fail(errc::name_taken,
                fmt::format("the name {} looks like another one that is taken; choose one that "
                            "nobody takes for somebody else's",
                            name));
  }
  return {};
}

bool name_book::looks_like_another(std::string_view name, const std::string& folded,
                                   const identity& who, named by) const {
  if (people_ && people_->has_lookalike(name, who)) return true;
  const auto counts = [&](const identity& owner) {
    const auto away = held_.find(owner);
    return owner != who && (away == held_.end() || !is_over(away->second));
  };
  return std::ranges::any_of(looks_of(name), [&](const std::string& look) {
    if (std::ranges::any_of(looks_.owners_of(look), counts)) return true;
    return look != folded && ascii::is_ascii(look) && !check_free_itself(look, look, who, by);
  });
}

result<void> name_book::check_free_itself(std::string_view name, const std::string& folded,
                                          const identity& who, named by) const {
  if (reserved_.contains(folded))
    return fail(errc::name_taken, fmt::format("the name {} is reserved", name));
  if (const account* a = people_ ? people_->find(name) : nullptr) {
    if (a->id == who) return {}; // whoever bears it makes way
    return fail(errc::login_required,
                fmt::format("the name {} is registered: take another one, or log in as its owner, "
                            "/login {} PASSWORD",
                            name, a->name));
  }
  if (const auto found = borne_.find(folded); found != borne_.end()) {
    if (found->second->who() == who) return {};
    return fail(errc::name_taken, fmt::format("the name {} is taken", name));
  }
  if (const auto found = holder_of_.find(folded); found != holder_of_.end()) {
    if (found->second == who) return {};
    const held& h = held_.at(found->second);
    if (!is_over(h)) {
      const auto left = std::chrono::ceil<std::chrono::seconds>(h.left + hold_ - time_.now());
      return fail(errc::name_taken,
                  fmt::format("the name {} is held for its last bearer, for {} more seconds; "
                              "choose another one, or wait",
                              name, left.count()));
    }
  }
  if (by == named::by_themselves && is_reserved_name(folded)) {
    return fail(errc::name_taken, fmt::format("the name {} is the server's: take another one, or "
                                              "have the operator make an account of that name",
                                              name));
  }
  return {};
}

void name_book::take(const std::string& name, member& m) {
  let_go(m);
  forget(m.who());
  const std::string folded = fold_name(name);
  if (const auto found = holder_of_.find(folded); found != holder_of_.end()) {
    const identity late = found->second;
    forget(late);
    if (store_) store_->release(late, begin_upkeep_(&m));
  }
  const auto borne = borne_.insert_or_assign(folded, &m).first;
  sorted_.insert_or_assign(borne->first, &m);
  looks_.put(name, m.who());
  if (store_ && m.may_come_back()) store_->hold({m.who(), name, std::nullopt}, begin_upkeep_(&m));
}

result<void> name_book::reserve(std::string_view name) {
  if (bearer(name) != nullptr)
    return fail(errc::name_taken, fmt::format("the name {} is taken", name));
  if (!reserved_.insert(fold_name(name)).second)
    return fail(errc::name_taken, fmt::format("the name {} is reserved already", name));
  looks_.put(name, of_host);
  return {};
}

void name_book::give_back(std::string_view name) {
  reserved_.erase(fold_name(name));
  looks_.remove(name, of_host);
}

void name_book::give_up(const member& m, bool hold) {
  const auto found = borne_.find(fold_name(m.name()));
  if (found == borne_.end() || found->second != &m) return; // another's by now
  let_go(m);
  if (!m.may_come_back()) return;
  if (!hold || hold_.count() == 0) {
    if (store_) store_->release(m.who(), begin_upkeep_(&m));
    return;
  }
  remember(m.who(), m.name());
  if (store_) store_->hold({m.who(), m.name(), time_.wall_now()}, begin_upkeep_(&m));
  forget_old_ones();
}

void name_book::let_go(const member& m) {
  const auto borne = borne_.find(fold_name(m.name()));
  if (borne != borne_.end()) {
    sorted_.erase(borne->first);
    borne_.erase(borne);
  }
  looks_.remove(m.name(), m.who());
}

bool name_book::is_over(const held& h) const {
  return time_.now() - h.left >= hold_;
}

void name_book::remember(const identity& who, std::string name) {
  forget(who);
  holder_of_[fold_name(name)] = who;
  looks_.put(name, who);
  by_age_.emplace(++left_, who);
  held_.emplace(who, held{std::move(name), time_.now(), left_});
}

void name_book::forget(const identity& who) {
  const auto found = held_.find(who);
  if (found == held_.end()) return;
  holder_of_.erase(fold_name(found->second.name));
  looks_.remove(found->second.name, who);
  by_age_.erase(found->second.number);
  held_.erase(found);
}

bool name_book::forget_old_ones() {
  // Some at a time, though all may be over: until then nobody is kept from a name that is.
  for (int n = 0; n < max_forgotten && !by_age_.empty(); ++n) {
    const identity oldest = by_age_.begin()->second;
    if (held_.size() <= max_ && !is_over(held_.at(oldest))) return false;
    forget(oldest);
    if (store_) store_->release(oldest, begin_upkeep_(nullptr));
  }
  return !by_age_.empty();
}

} // namespace asio_chat
