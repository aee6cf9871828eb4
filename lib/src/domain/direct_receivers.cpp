// Messages between accounts, for connections that are told them one by one.
#include "accounts/direct_facts.hpp"
#include "domain/direct_logs.hpp"
#include "domain/hub.hpp"
#include "domain/proof.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat {

namespace {

constexpr std::size_t page_bytes = 64 * 1024;

/// Of an entry, for those who are told texts alone.
std::string text_of(const entry& e) {
  switch (e.refers.how) {
  case entry_reference::kind::edit:
    return "(edited) " + e.text;
  case entry_reference::kind::reply:
    return "(reply) " + e.text;
  default:
    return e.kind == entry_kind::action ? fmt::format("~ {} {}", e.from, e.text) : e.text;
  }
}

} // namespace

direct_logs::listeners direct_logs::those_like(const endpoint& e) {
  return {e.who(), e.app() != nullptr};
}

void direct_logs::came(endpoint& e) {
  if (in_.is_stranger(e.of())) return; // until a second factor is made
  if (!e.takes_directs()) return;
  if (e.direct_rooms()) {
    if (e.follows_direct_) follow(e, {}); // has logged in
    return;
  }
  if (e.app()) return; // begins with what comes from now on
  // Behind the welcome, and the room that one comes into.
  services_.later([alive = in_.alive(), this, number = e.number()] {
    if (alive.expired()) return;
    const endpoint* here = in_.find_endpoint(number);
    if (!here || !here->of().has_account()) return;
    for (const identity& other : in_.people().correspondents_of(here->who()))
      wait(those_like(*here), other);
  });
}

void direct_logs::left(endpoint& e) {
  unconfirmed_.erase(e.number());
  e.heard_direct_ = e.misses_direct_ = false;
  // The member may be another one by now, over another connection.
  const member* m = in_.find_member(e.who());
  const listeners l = those_like(e);
  const auto is_told = [&](const endpoint* one) {
    return one != &e && !one->direct_rooms() && those_like(*one) == l;
  };
  if (!m || std::ranges::none_of(m->endpoints(), is_told))
    receivers_.erase(l); // the next one begins behind what was heard
}

void direct_logs::ready(endpoint& e) {
  e.misses_direct_ = false;
  go_on(those_like(e));
}

void direct_logs::confirm(endpoint& e) {
  e.heard_direct_ = false;
  const auto told = unconfirmed_.extract(e.number());
  if (!told) return;
  for (const auto& [other, until] : told.mapped())
    in_.people().heard(e.who(), other, until);
}

std::vector<endpoint*> direct_logs::takers(const listeners& l, const identity& of) const {
  std::vector<endpoint*> all;
  const member* m = in_.find_member(l.who);
  if (!m || !m->has_account() || in_.is_stranger(*m)) return all;
  for (endpoint* e : m->endpoints())
    if (!e->direct_rooms() && e->takes_directs() && those_like(*e) == l && !room_of(*e, of))
      all.push_back(e);
  return all;
}

position direct_logs::told(const listeners& l, const identity& of) const {
  const auto& known = receivers_.at(l).told;
  if (const auto found = known.find(of); found != known.end()) return found->second;
  const direct_log* d = in_.people().find_direct(l.who, of);
  return d ? d->of(l.who).read : position();
}

void direct_logs::wait(const listeners& l, const identity& of) {
  if (takers(l, of).empty()) return;
  receivers_[l].waiting.insert(of);
  go_on(l);
}

void direct_logs::go_on(const listeners& l) {
  const auto found = receivers_.find(l);
  if (found == receivers_.end() || found->second.reads != 0) return;
  receiver& r = found->second;
  while (!r.waiting.empty()) {
    const auto next = r.waiting.upper_bound(r.last);
    const identity of = next != r.waiting.end() ? *next : *r.waiting.begin();
    const auto all = takers(l, of);
    const bool some = std::ranges::any_of(all, [](const endpoint* e) { return !e->sink().full(); });
    if (!all.empty() && !some) {
      for (endpoint* e : all)
        e->misses_direct_ = true;
      return; // until one of them can take more
    }
    r.waiting.erase(of);
    r.last = of;
    if (all.empty()) continue;
    r.reads = ++reads_;
    return services_.log.read(
        direct_log_name(l.who, of),
        {{log_range::side::after, told(l, of), page_entries}, page_bytes},
        [alive = in_.alive(), this, l, of, number = reads_](const result<journal::page>& p) {
          if (alive.expired()) return;
          const auto still = receivers_.find(l);
          if (still == receivers_.end() || still->second.reads != number) return;
          still->second.reads = 0;
          if (p) give(l, of, *p); // else the next message tries again
          go_on(l);
        });
  }
}

void direct_logs::give(const listeners& l, const identity& of, const journal::page& p) {
  receiver& r = receivers_.at(l);
  const position last = p.entries.empty() ? p.head : p.entries.back().what.at;
  const member* m = in_.find_member(l.who);
  for (endpoint* e : takers(l, of)) {
    if (e->sink().full()) continue; // another connection of the account takes them
    for (const journal::record& one : p.entries) {
      if (one.author != of || one.what.kind == entry_kind::destroyed) continue;
      e->tell(direct_message{one.what.from, m->name(), one.what.time, text_of(one.what),
                             proof_text(proof_of(of))});
    }
    r.told[of] = last;
    if (l.programs) continue; // its owner has not seen it
    unconfirmed_[e->number()][of] = last;
    e->heard_direct_ = true;
  }
  if (p.more || told(l, of) != last) r.waiting.insert(of);
}

} // namespace asio_chat
