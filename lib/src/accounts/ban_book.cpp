#include "accounts/ban_book.hpp"

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

} // namespace

template <class What>
void ban_book::for_each_mark(page& p, const ban& b, What what) {
  if (b.who) what(p.by_identity, *b.who);
  for (const identity& token : b.devices)
    what(p.by_identity, token);
  if (!b.name.empty()) what(p.by_name, b.name);
  if (b.from) what(p.by_network, prefix{b.from->bits, b.from->bytes});
}

void ban_book::put(ban b) {
  remove(b.number);
  const ban& kept = bans_.emplace(b.number, std::move(b)).first->second;
  for_each_mark(pages_[{kept.what, kept.room}], kept,
                [n = kept.number](auto& marks, const auto& mark) { marks[mark].insert(n); });
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
  const page& p = in->second;
  if (p.by_identity.empty() && p.by_name.empty() && p.by_network.empty()) pages_.erase(in);
  bans_.erase(found);
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
