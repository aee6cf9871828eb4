#include "accounts/facts.hpp"

#include "accounts/fact_fields.hpp"
#include "base/ascii.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include <arpa/inet.h>

namespace asio_chat {

namespace {

role role_in(field_reader& r) {
  return static_cast<role>(
      std::min<std::uint64_t>(r.number(), static_cast<std::uint64_t>(role::owner)));
}

constexpr unsigned v4_bits = 96; // of the IPv6 address that stands for one of IPv4

} // namespace

bool room_facts::has_owner() const noexcept {
  return std::ranges::any_of(roles, [](const auto& r) { return r.second == role::owner; });
}

bool room_facts::is_left_by_guests() const noexcept {
  return opened_by_guest && roles.empty() && invited.empty() && pins.empty() &&
         modes == room_modes();
}

role room_facts::role_of(const identity& account) const noexcept {
  const auto found = roles.find(account);
  return found == roles.end() ? role::guest : found->second;
}

bool network::contains(std::string_view host) const noexcept {
  if (host.size() != bytes.size()) return false;
  for (unsigned i = 0; i < bits; ++i) {
    const auto mask = static_cast<std::uint8_t>(0x80u >> (i % 8));
    if (((static_cast<std::uint8_t>(host[i / 8]) ^ bytes[i / 8]) & mask) != 0) return false;
  }
  return true;
}

std::optional<network> parse_network(std::string_view text) {
  const auto slash = text.find('/');
  const std::string address(text.substr(0, slash));
  network n;
  unsigned most = 64;
  unsigned before = 0;
  if (::inet_pton(AF_INET, address.c_str(), n.bytes.data() + 12) == 1) {
    n.bytes[10] = n.bytes[11] = 0xff;
    most = 32;
    before = v4_bits;
  } else if (::inet_pton(AF_INET6, address.c_str(), n.bytes.data()) != 1) {
    return {};
  }
  unsigned bits = most;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (error != std::errc() || end != digits.data() + digits.size() || digits.empty() ||
        bits > (before > 0 ? 32u : 128u))
      return {};
  }
  n.bits = before + std::min(bits, most);
  for (unsigned i = n.bits; i < 128; ++i)
    n.bytes[i / 8] &= static_cast<std::uint8_t>(~(0x80u >> (i % 8)));
  return n;
}

std::string host_text(std::string_view host) {
  constexpr std::string_view v4_prefix("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
  const bool v4 = host.starts_with(v4_prefix);
  if (host.size() != 16) return {};
  std::array<char, INET6_ADDRSTRLEN> text{};
  const char* bytes = host.data() + (v4 ? v4_prefix.size() : 0);
  if (::inet_ntop(v4 ? AF_INET : AF_INET6, bytes, text.data(), text.size()) == nullptr) return {};
  return v4 ? text.data() : std::string(text.data()) + "/64";
}

bool ban::is_about(const subject& s) const noexcept {
  const auto holds_for = [this](const identity& one) {
    return (who && *who == one) || std::ranges::find(devices, one) != devices.end();
  };
  return holds_for(s.who) || (s.token && holds_for(*s.token)) ||
         (s.certificate && s.here < role::op && holds_for(*s.certificate)) ||
         (!name.empty() && name == s.name) || (from && s.here < role::op && from->contains(s.host));
}

std::string key_of(const identity& who) {
  return fmt::format("{:02x}", fmt::join(who, ""));
}

identity identity_of_key(std::string_view key) noexcept {
  identity who{};
  for (std::size_t i = 0; i < who.size() && 2 * i + 1 < key.size(); ++i)
    who[i] = static_cast<std::uint8_t>(ascii::hex_value(key[2 * i]) * 16 +
                                       ascii::hex_value(key[2 * i + 1]));
  return who;
}

fact fact_of(const account& a) {
  field_writer w;
  w.id(a.id)
      .text(a.name)
      .text(a.password_hash)
      .number(static_cast<std::uint64_t>(a.role))
      .number(a.disabled ? 1 : 0)
      .time(a.made);
  if (!a.left_devices.empty()) w.text(a.left_devices);
  return {fact_kind::account, key_of(a.id), w.take()};
}

account account_in(const fact& f) {
  field_reader r(f.value);
  account a;
  a.id = r.bytes();
  a.name = r.text();
  a.password_hash = r.text();
  a.role = role_in(r);
  a.disabled = r.number() != 0;
  a.made = r.time();
  a.left_devices = r.text();
  return a;
}

std::vector<identity> left_devices_of(const account& a) {
  std::vector<identity> all;
  const std::string_view bytes = a.left_devices;
  for (std::size_t at = 0; at + identity().size() <= bytes.size(); at += identity().size()) {
    identity& token = all.emplace_back();
    std::ranges::transform(bytes.substr(at, token.size()), token.begin(),
                           [](char c) { return static_cast<std::uint8_t>(c); });
  }
  return all;
}

void add_left_device(account& a, const identity& token) {
  std::vector<identity> all = left_devices_of(a);
  std::erase(all, token);
  all.push_back(token);
  if (all.size() > max_left_devices) all.erase(all.begin());
  std::string bytes;
  for (const identity& one : all)
    bytes.append(reinterpret_cast<const char*>(one.data()), one.size());
  a.left_devices = bytes;
}

fact fact_of(const device& d) {
  field_writer w;
  w.id(d.token).id(d.account).number(d.number).time(d.made).time(d.seen).text(d.name);
  if (d.app != 0) w.number(d.app);
  return {fact_kind::device, key_of(d.token), w.take()};
}

device device_in(const fact& f) {
  field_reader r(f.value);
  device d;
  d.token = r.bytes();
  d.account = r.bytes();
  d.number = r.number();
  d.made = r.time();
  d.seen = r.time();
  d.name = r.text();
  d.app = r.number();
  return d;
}

fact fact_of(const room_facts& room) {
  field_writer w;
  w.text(room.name)
      .number(room.modes.is_private ? 1 : 0)
      .number(room.modes.moderated ? 1 : 0)
      .number(room.modes.read_only ? 1 : 0)
      .number(static_cast<std::uint64_t>(room.modes.slow.count()))
      .number(room.roles.size());
  for (const auto& [who, r] : room.roles)
    w.id(who).number(static_cast<std::uint64_t>(r));
  w.number(room.invited.size());
  for (const identity& who : room.invited)
    w.id(who);
  w.number(room.pins.size());
  for (const pinned_entry& p : room.pins)
    w.number(p.offset).time(p.said).number(p.text_at).text(p.from).text(p.by);
  // Those that are not needed are left out, so that what did not change is the same fact.
  const bool is_kept_less = room.keeps_less();
  const bool has_key = !room.key_hash.empty() || is_kept_less;
  if (room.opened_by_guest || has_key) w.number(room.opened_by_guest ? 1 : 0);
  if (has_key) w.text(room.key_hash);
  if (is_kept_less)
    w.number(room.max_entries).number(static_cast<std::uint64_t>(room.max_age.count()));
  return {fact_kind::room, room.name, w.take()};
}

room_facts room_in(const fact& f) {
  field_reader r(f.value);
  room_facts room;
  room.name = r.text();
  room.modes.is_private = r.number() != 0;
  room.modes.moderated = r.number() != 0;
  room.modes.read_only = r.number() != 0;
  room.modes.slow = std::chrono::seconds(r.number<std::uint32_t>());
  for (auto n = r.number<std::uint32_t>(); n > 0; --n) {
    const identity who = r.bytes();
    room.roles[who] = role_in(r);
  }
  for (auto n = r.number<std::uint32_t>(); n > 0; --n)
    room.invited.insert(r.bytes());
  for (auto n = r.number<std::uint32_t>(); n > 0; --n) {
    pinned_entry p;
    p.offset = r.number();
    p.said = r.time();
    p.text_at = r.number();
    p.from = r.text();
    p.by = r.text();
    room.pins.push_back(std::move(p));
  }
  room.opened_by_guest = r.number() != 0;
  room.key_hash = r.text();
  room.max_entries = r.number();
  room.max_age = std::chrono::seconds(r.number<std::uint32_t>());
  return room;
}

fact fact_of(const ban& b) {
  field_writer w;
  w.number(b.number)
      .number(static_cast<std::uint64_t>(b.what))
      .text(b.room)
      .text(b.shown)
      .number(b.who ? 1 : 0)
      .id(b.who.value_or(identity{}))
      .text(b.name)
      .number(b.from ? 1 : 0)
      .id(b.from ? b.from->bytes : identity{})
      .number(b.from ? b.from->bits : 0)
      .number(b.until ? 1 : 0)
      .time(b.until.value_or(wall_time{}))
      .text(b.by)
      .text(b.reason)
      .time(b.made)
      .number(b.devices.size());
  for (const identity& token : b.devices)
    w.id(token);
  return {fact_kind::ban, std::to_string(b.number), w.take()};
}

ban ban_in(const fact& f) {
  field_reader r(f.value);
  ban b;
  b.number = r.number();
  b.what = r.number() == 0 ? ban::kind::out : ban::kind::mute;
  b.room = r.text();
  b.shown = r.text();
  const bool has_who = r.number() != 0;
  const identity who = r.bytes();
  if (has_who) b.who = who;
  b.name = r.text();
  const bool has_network = r.number() != 0;
  network n;
  n.bytes = r.bytes();
  n.bits = std::min(r.number<unsigned>(), 128u);
  if (has_network) b.from = n;
  const bool ends = r.number() != 0;
  const wall_time until = r.time();
  if (ends) b.until = until;
  b.by = r.text();
  b.reason = r.text();
  b.made = r.time();
  for (auto more = r.number<std::uint32_t>(); more > 0; --more)
    b.devices.push_back(r.bytes());
  return b;
}

fact fact_of(const account_factor& f) {
  field_writer w;
  w.id(f.account).text(f.secret).number(f.is_on ? 1 : 0).number(f.used).time(f.made);
  w.number(f.recovery.size());
  for (const std::string& hash : f.recovery)
    w.text(hash);
  return {fact_kind::factor, key_of(f.account), w.take()};
}

account_factor factor_in(const fact& f) {
  field_reader r(f.value);
  account_factor found;
  found.account = r.bytes();
  found.secret = r.text();
  found.is_on = r.number() != 0;
  found.used = r.number();
  found.made = r.time();
  for (auto more = r.number<std::uint32_t>(); more > 0; --more)
    found.recovery.emplace_back(r.text());
  return found;
}

fact fact_of(const invitation& i) {
  return {fact_kind::invitation, i.code,
          field_writer().text(i.code).text(i.by).time(i.until).take()};
}

invitation invitation_in(const fact& f) {
  field_reader r(f.value);
  invitation i;
  i.code = r.text();
  i.by = r.text();
  i.until = r.time();
  return i;
}

fact fact_of(const account_certificate& c) {
  return {fact_kind::certificate, pin_of(c.key),
          field_writer()
              .id(c.key)
              .id(c.account)
              .number(c.number)
              .time(c.made)
              .text(c.subject)
              .number(c.proven ? 1 : 0)
              .take()};
}

account_certificate certificate_in(const fact& f) {
  field_reader r(f.value);
  account_certificate c;
  c.key = r.bytes<key_hash>();
  c.account = r.bytes();
  c.number = r.number();
  c.made = r.time();
  c.subject = r.text();
  c.proven = r.number() != 0;
  return c;
}

fact fact_of(const limit_choice& l) {
  return {fact_kind::limit, l.name, field_writer().text(l.value).text(l.by).time(l.made).take()};
}

limit_choice limit_in(const fact& f) {
  field_reader r(f.value);
  limit_choice l{f.key, std::string(r.text())};
  l.by = r.text();
  l.made = r.time();
  return l;
}

fact fact_of(const app_password& p) {
  field_writer w;
  w.id(p.secret).id(p.account).number(p.number).text(p.name).number(p.speaks ? 1 : 0);
  w.time(p.made).time(p.seen).number(p.rooms.size());
  for (const std::string& room : p.rooms)
    w.text(room);
  return {fact_kind::app_password, key_of(p.secret), w.take()};
}

app_password app_password_in(const fact& f) {
  field_reader r(f.value);
  app_password p;
  p.secret = r.bytes();
  p.account = r.bytes();
  p.number = r.number();
  p.name = r.text();
  p.speaks = r.number() != 0;
  p.made = r.time();
  p.seen = r.time();
  for (auto more = r.number<std::uint32_t>(); more > 0; --more)
    p.rooms.emplace_back(r.text());
  return p;
}

std::string room_of(const fact& f) {
  if (f.kind == fact_kind::room) return f.key;
  return f.kind == fact_kind::ban ? ban_in(f).room : std::string();
}

fact without(fact f) {
  f.value.clear();
  return f;
}

} // namespace asio_chat
