// How connections become members, other members, and nobody.
#include "domain/direct_logs.hpp"
#include "domain/hub.hpp"
#include "domain/ignore_lists.hpp"
#include "domain/proof.hpp"
#include "names/member_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace asio_chat {

result<endpoint*> hub::enter(sink& s, const login& l) {
  auto entered = try_to_enter(s, l);
  ++(entered ? services_.counters.logins : services_.counters.refused_logins);
  return entered;
}

result<endpoint*> hub::try_to_enter(sink& s, login l) {
  // That of an account was right when that was made; what Unicode says of a name may change.
  if (!l.has_account) {
    auto proper = check_member_name(l.name, services_.limits);
    if (!proper) return proper.error();
    l.name = *std::move(proper);
  }
  // Of members each is bounded; of those who come and go at once, only all together.
  if (upkeep_ >= max_upkeep) {
    return fail(errc::storage_failed, "too much waits for the server's disk; come back later");
  }
  subject comes{l.who, fold_name(l.name), l.host, l.token, l.as};
  if (l.certificate) comes.certificate = identity_of(l.certificate->key);
  if (auto welcome = check_bans(comes, {}); !welcome) return welcome.error();
  if (l.has_account) make_way(l.name, l.who);
  std::shared_ptr<member> m = beside_others(l);
  const bool joins = m != nullptr;
  if (!joins) {
    const named by = l.name_given ? named::by_server : named::by_themselves;
    if (auto is_free = names_.check_free(l.name, l.who, by); !is_free) return is_free.error();
    // A name is free to those of the same identity because they replace each other. Who does not
    // come back replaces nobody.
    if (!l.may_come_back && names_.bearer(l.name) != nullptr)
      return fail(errc::name_taken, fmt::format("the name {} is taken", l.name));
    const bool is_new = !l.has_account && !by_identity_.contains(l.who) && !names_.holds(l.name);
    if (is_new)
      if (auto may = limiter_.judge_new_name(l.host, l.name); !may) return may.error();
    m = member_of(l);
  }
  m->may_ = l.may; // what they may was asked now
  m->role_ = counted(l.who, l.as);
  const std::uint64_t number = ++last_number_;
  const auto made = endpoints_.emplace(
      number, std::make_unique<endpoint>(number, m, l, s, *this, services_.limits,
                                         limiter_.of_address(l.host)));
  endpoint* e = made.first->second.get();
  m->endpoints_.push_back(e);
  if (!joins) names_.take(l.name, *m);
  if (!joins && !l.has_account) tell_who_ignores(*this, *m);
  if (l.has_account && l.token) people_.saw(*l.token);
  if (l.has_account) directs_->came(*e);
  return e;
}

std::shared_ptr<member> hub::member_of(const login& l) {
  const std::uint64_t number = ++last_number_;
  auto m = std::make_shared<member>(number, l.who, l.name, l.may_come_back, l.may, services_.limits,
                                    l.user, counted(l.who, l.as), l.has_account,
                                    services_.time.wall_now());
  const bool named_by_certificate = l.certificate && !l.certificate->name.empty();
  // That of an account is drawn; that of a user is made of what the host calls them.
  const people_store* store = services_.people;
  if (l.has_account)
    m->proof_ = proof_of(l.who);
  else if (!l.user.empty())
    m->proof_ = (store ? store->proof_of_identity(l.who) : std::nullopt).value_or(proof_of(l.who));
  else if (named_by_certificate)
    m->proof_ = proof_of(l.certificate->key);
  for_rooms_.marks_guests |= !m->is_guest();
  if (l.may_come_back) {
    const auto [before, first] = by_identity_.try_emplace(l.who, m.get());
    if (!first) replace(*std::exchange(before->second, m.get()));
    key_guests_.came(l.who);
  }
  members_.emplace(number, m);
  return m;
}

void hub::replace(member& old) {
  for (endpoint* e : old.endpoints()) {
    e->waiting_.clear();
    leave_rooms(*e);
  }
  names_.give_up(old, false);
  for (endpoint* e : std::exchange(old.endpoints_, {}))
    e->sink().close({close_code::replaced, "you came in over another connection"});
}

std::vector<endpoint*> hub::replaced_by(const member& m, const login& l) const {
  if (!m.may_have_several()) return {m.endpoints().begin(), m.endpoints().end()};
  const auto app_of = [](const app_limit* app) { return app ? app->number : 0; };
  std::vector<endpoint*> same_device;
  std::vector<endpoint*> others; // that are counted with it
  for (endpoint* e : m.endpoints()) {
    if (l.token && e->token() == l.token)
      same_device.push_back(e);
    else if (app_of(e->app()) == app_of(l.app.get()))
      others.push_back(e);
  }
  if (others.size() >= services_.limits.member_connections) same_device.push_back(others.front());
  return same_device;
}

std::shared_ptr<member> hub::beside_others(const login& l) {
  const auto known = by_identity_.find(l.who);
  if (!l.may_come_back || known == by_identity_.end()) return nullptr;
  member& m = *known->second;
  const std::vector<endpoint*> gone = replaced_by(m, l);
  if (gone.size() == m.endpoints().size()) return nullptr;
  for (endpoint* e : gone) {
    std::erase(m.endpoints_, e);
    e->waiting_.clear();
    leave_rooms(*e);
    const bool same_device = l.token && e->token() == l.token;
    e->sink().close({close_code::replaced, same_device
                                               ? "you came in over another connection"
                                               : "you came in over as many others as you may"});
  }
  return members_.at(m.number());
}

void hub::leave(endpoint& e, bool for_good) {
  login_requests_.forget(e.number());
  leave_rooms(e);
  member& m = e.of();
  std::erase(m.endpoints_, &e);
  if (m.has_account()) directs_->left(e);
  if (m.endpoints_.empty()) forget(m, for_good);
  endpoints_.erase(e.number());
}

void hub::forget(member& m, bool for_good) {
  if (const auto found = by_identity_.find(m.who());
      found != by_identity_.end() && found->second == &m) {
    by_identity_.erase(found);
    key_guests_.gone(m.who(), !for_good);
  } else if (!m.may_come_back()) {
    key_guests_.gone(m.who(), false);
  }
  names_.give_up(m, !for_good);
  const identity who = m.who();
  const account* of = m.has_account() ? people_.find(who) : nullptr;
  std::vector<identity> ignored = people_.accounts_before(who); // those of a guest
  if (m.has_account()) ignored.clear();
  if (of && of->name != m.name()) ignored.push_back(who);
  members_.erase(m.number());
  for (const identity& account : ignored)
    tell_who_ignores(*this, account); // the name may be somebody else's now
}

/// An account's name is its own: whoever bears it, as a guest from before, gets another one.
void hub::make_way(std::string_view name, const identity& who) {
  member* other = names_.bearer(name);
  if (other == nullptr || other->who() == who) return;
  if (rename(*other, free_name(name, other->who()))) return;
  close_all(*other, "your name is that of another one's account");
}

void hub::become(endpoint& e, const login& l) {
  login_requests_.forget(e.number());
  std::vector<std::string> rooms;
  const std::string before = e.name();
  for (const endpoint::membership& m : e.memberships_) {
    if (m.in->direct())
      e.tell(member_left{m.in->name(), before}); // it is the account's
    else
      rooms.push_back(m.in->name());
  }
  leave_rooms(e);
  const std::shared_ptr<member> old = e.member_;
  // Who was let in by a key has shown it over this connection.
  std::vector<std::string> opened;
  if (l.has_account)
    std::ranges::copy_if(rooms, std::back_inserter(opened), [&](const std::string& room) {
      return key_guests_.has(old->who(), room);
    });
  std::erase(old->endpoints_, &e);
  if (old->has_account()) directs_->left(e);
  if (old->endpoints_.empty()) forget(*old, true);
  if (l.has_account) make_way(l.name, l.who);
  std::shared_ptr<member> m = beside_others(l);
  const bool joins = m != nullptr;
  if (!joins) m = member_of(l);
  for (const std::string& room : opened)
    key_guests_.admit(m->who(), room);
  e.member_ = m;
  e.app_ = l.app;
  if (e.certificate_ && e.certificate_->opened)
    e.certificate_ = std::make_shared<const certificate_login>(
        certificate_login{e.certificate_->key, e.certificate_->name});
  m->endpoints_.push_back(&e);
  if (!joins) names_.take(l.name, *m);
  if (!m->has_account()) tell_who_ignores(*this, *m);
  // Who is a guest again where none are welcome hears no more.
  const bool stays = services_.guests || m->has_account();
  for (const std::string& room : rooms) {
    if (!stays) {
      e.tell(member_left{room, before});
      continue;
    }
    if (e.app() && !e.app()->allows(room, is_of_server(room))) {
      e.tell(member_left{room, before});
      if (!e.many_rooms()) e.sink().close({close_code::removed, refusal_of_app(*e.app()).message});
      continue;
    }
    if (before != e.name()) e.tell(member_renamed{room, before, e.name()});
    if (auto in = join(e, room, {}, {.history = 0}); !in) e.refuse({}, in.error());
  }
  if (m->has_account()) directs_->came(e);
  tell_ignored(*this, e);
}

} // namespace asio_chat
