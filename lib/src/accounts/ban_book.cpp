#include "accounts/ban_book.hpp"

#include "names/member_name.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace asio_chat {

namespace {

/// The first bits of an address, the others 0.
std::array<std::uint8_t, 16> first_bits(std::string_view host, unsigned bits) {
  std::array<std::uint8_t, 16> bytes{};
  for (unsigned i = 0; i < bytes.size() && 8 * i < bits; ++i) {
    const unsigned kept = std::min(bits - 8 * i, 8u);
    bytes[i] = static_cast<std::uint8_t>(static_cast<std::uint8_t>(host[i]) & (0xff00u >> kept));
  }
  return bytes;
}

template <class Marks, class Mark>
std::set<std::uint64_t> numbers_of(const Marks& marks, const Mark& mark) {
  const auto of = marks.find(mark);
  return of == marks.end() ? std::set<std::uint64_t>() : of->second;
}

} // namespace

template <class What>
void ban_book::for_each_mark(page& p, const ban& b, What what) {
  if (b.who) what(p.by_identity, *b.who);
  for (const identity& token : b.devices)
    what(p.by_identity, token);
  if (!b.name.empty()) what(p.by_name, b.name);
  if (b.from) what(p.by_network, prefix{b.from->bits, b.from->bytes});
  what(p.by_shown, fold_name(b.shown));
}

void ban_book::put(ban b) {
  remove(b.number);
  const ban& kept = bans_.emplace(b.number, std::move(b)).first->second;
  for_each_mark(pages_[{kept.what, kept.room}], kept,
                [n = kept.number](auto& marks, const auto& mark) { marks[mark].insert(n); });
  if (kept.who) by_account_[*kept.who].insert(kept.number);
  ++counts_[kept.room];
  if (kept.until) ends_.emplace(*kept.until, kept.number);
}

void ban_book::remove(std::uint64_t number) {
  const auto found = bans_.find(number);
  if (found == bans_.end()) return;
  const auto in = pages_.find({found->second.what, found->second.room});
  for_each_mark(in->second, found->second, [number](auto& marks, const auto& mark) {
    const auto of = marks.find(mark);
    if (of == marks.end()) return; // the same mark twice: gone already
    of->second.erase(number);
    if (of->second.empty()) marks.erase(of);
  });
  if (in->second.by_shown.empty()) pages_.erase(in);
  if (const auto& who = found->second.who) {
    const auto of = by_account_.find(*who);
    of->second.erase(number);
    if (of->second.empty()) by_account_.erase(of);
  }
  if (ended_.erase(number) == 0) count_out(found->second);
  bans_.erase(found);
}

void ban_book::count_out(const ban& b) {
  const auto here = counts_.find(b.room);
  if (--here->second == 0) counts_.erase(here);
  if (b.until) ends_.erase({*b.until, b.number});
}

void ban_book::end_until(wall_time now, std::size_t max) {
  for (; max > 0 && !ends_.empty() && ends_.begin()->first <= now; --max) {
    const std::uint64_t number = ends_.begin()->second;
    count_out(bans_.at(number));
    ended_.insert(number);
  }
}

std::set<std::uint64_t> ban_book::of_room(std::string_view room) const {
  numbers all;
  for (const ban::kind what : {ban::kind::out, ban::kind::mute}) {
    const auto in = pages_.find({what, std::string(room)});
    if (in == pages_.end()) continue;
    for (const auto& [shown, of] : in->second.by_shown)
      all.insert(of.begin(), of.end());
  }
  return all;
}

std::size_t ban_book::count_in(std::string_view room) const {
  const auto here = counts_.find(room);
  return here == counts_.end() ? 0 : here->second;
}

const ban* ban_book::find_same(const ban& like,
                               const std::function<bool(const ban&)>& counts) const {
  const auto in = pages_.find({like.what, like.room});
  if (in == pages_.end()) return nullptr;
  const auto look = [&](const auto& marks, const auto& mark) -> const ban* {
    const auto of = marks.find(mark);
    if (of == marks.end()) return nullptr;
    for (const std::uint64_t n : of->second) {
      const ban& b = bans_.at(n);
      ++compared_;
      if (b.who == like.who && b.name == like.name && b.from == like.from && counts(b)) return &b;
    }
    return nullptr;
  };
  // Whoever is about the same has the same marks: one of them finds it.
  if (like.who) return look(in->second.by_identity, *like.who);
  if (!like.name.empty()) return look(in->second.by_name, like.name);
  if (like.from) return look(in->second.by_network, prefix{like.from->bits, like.from->bytes});
  return nullptr;
}

const ban* ban_book::find(ban::kind what, std::string_view room, const subject& s,
                          const std::function<bool(const ban&)>& counts) const {
  const ban* first = nullptr;
  const auto look = [&](std::string_view where) {
    const auto in = pages_.find({what, std::string(where)});
    const ban* found = in == pages_.end() ? nullptr : find_in(in->second, s, counts);
    if (found && (!first || found->number < first->number)) first = found;
  };
  look({});
  if (!room.empty()) look(room);
  return first;
}

const ban* ban_book::find_network(ban::kind what, std::string_view room, std::string_view host,
                                  const std::function<bool(const ban&)>& counts) const {
  const auto in = pages_.find({what, std::string(room)});
  subject from;
  from.host = host;
  return in == pages_.end() ? nullptr : find_in(in->second, from, counts);
}

std::set<std::uint64_t> ban_book::shown_as(ban::kind what, std::string_view room,
                                           std::string_view folded) const {
  const auto in = pages_.find({what, std::string(room)});
  return in == pages_.end() ? numbers() : numbers_of(in->second.by_shown, folded);
}

std::set<std::uint64_t> ban_book::of_account(const identity& who) const {
  return numbers_of(by_account_, who);
}

const ban* ban_book::find_in(const page& p, const subject& s,
                             const std::function<bool(const ban&)>& counts) const {
  const ban* first = nullptr;
  const auto look = [&](const auto& marks, const auto& mark) {
    const auto of = marks.find(mark);
    if (of == marks.end()) return;
    for (const std::uint64_t n : of->second) {
      if (first && first->number < n) return;
      const ban& b = bans_.at(n);
      ++compared_;
      if (!b.is_about(s) || !counts(b)) continue;
      first = &b;
      return;
    }
  };
  look(p.by_identity, s.who);
  if (s.token) look(p.by_identity, *s.token);
  if (s.certificate) look(p.by_identity, *s.certificate);
  if (!s.name.empty()) look(p.by_name, s.name);
  if (s.host.size() != 16) return first;
  for (auto next = p.by_network.begin(); next != p.by_network.end();) {
    const unsigned bits = next->first.first;
    look(p.by_network, prefix{bits, first_bits(s.host, bits)});
    next = p.by_network.lower_bound({bits + 1, {}});
  }
  return first;
}

} // namespace asio_chat
