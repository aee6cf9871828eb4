#include "accounts/account_export.hpp"

#include "model/entry_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace asio_chat {

namespace {

namespace json = boost::json;

constexpr std::size_t max_lines = 64;      ///< made in one piece
constexpr std::size_t max_looked_at = 512; ///< of what belongs to all, likewise

json::object object_of(const people& all, const account& a) {
  return {{"what", "account"},
          {"name", a.name},
          {"number", key_of(a.id)},
          {"role", name_of(a.role)},
          {"made", iso_time(a.made)},
          {"disabled", a.disabled},
          {"password", !a.password_hash.empty()},
          {"second_factor", all.has_factor(a.id)}};
}

json::object object_of(const ban& b) {
  json::object o{{"what", b.what == ban::kind::out ? "ban" : "mute"},
                 {"number", b.number},
                 {"made", iso_time(b.made)},
                 {"reason", b.reason}};
  if (!b.room.empty()) o["room"] = b.room;
  if (b.until) o["until"] = iso_time(*b.until);
  return o;
}

/// Of a log of two accounts, one of which is this; none of any other log. Either may be gone.
std::optional<identity> other_in(std::string_view log, const identity& account) {
  const auto dash = log.find('-');
  if (!log.starts_with('@') || dash == std::string_view::npos) return {};
  const identity one = identity_of_key(log.substr(1, dash - 1));
  const identity another = identity_of_key(log.substr(dash + 1));
  if (one == account) return another;
  return another == account ? std::optional(one) : std::nullopt;
}

} // namespace

account_export::account_export(const people& all, const identity& account)
    : all_(all)
    , account_(account)
    , authors_{account} {
  for (const device* d : all.devices_of(account))
    authors_.push_back(d->token); // a guest, before the account was made
}

std::string account_export::called(const identity& who, const std::string& otherwise) const {
  const account* a = all_.find(who);
  return a ? a->name : otherwise;
}

std::vector<std::string> account_export::next() {
  lines out;
  const account* a = all_.find(account_);
  if (!a) stage_ = stage::over; // it has gone meanwhile
  if (!done() && add(out, *a)) {
    stage_ = static_cast<stage>(static_cast<std::uint8_t>(stage_) + 1);
    place_ = 0;
  }
  return out;
}

/// Of a list that has an end soon, from its place on; whether that was all.
template <class List, class Function>
bool account_export::add_each(lines& out, const List& list, Function object_of) {
  auto one = list.begin();
  std::advance(one, std::min(place_, list.size()));
  for (; one != list.end() && out.size() < max_lines; ++one, ++place_)
    out.push_back(as_line(object_of(*one)));
  return one == list.end();
}

bool account_export::add(lines& out, const account& a) {
  const account_wishes* wishes = all_.wishes_of(a.id);
  const ignored_members* hides = all_.ignored_by(a.id);
  const account_reads* reads = all_.reads().of(a.id);
  switch (stage_) {
  case stage::itself:
    out.push_back(as_line(object_of(all_, a)));
    if (const std::string* shown = all_.wishes_to_display(a.id))
      out.push_back(as_line({{"what", "displayed"}, {"name", *shown}}));
    return true;
  case stage::devices:
    return add_each(out, all_.devices_of(a.id), [](const device* d) {
      json::object one{{"what", "device"},
                       {"number", d->number},
                       {"name", d->name},
                       {"made", iso_time(d->made)},
                       {"seen", iso_time(d->seen)}};
      if (d->app != 0) one["app_password"] = d->app;
      return one;
    });
  case stage::certificates:
    return add_each(out, all_.certificates_of(a.id), [](const account_certificate* c) {
      return json::object{{"what", "certificate"},
                          {"number", c->number},
                          {"pin", pin_of(c->key)},
                          {"subject", c->subject},
                          {"made", iso_time(c->made)}};
    });
  case stage::app_passwords:
    return add_each(out, all_.app_passwords_of(a.id), [](const app_password* p) {
      json::array rooms(p->rooms.begin(), p->rooms.end());
      return json::object{{"what", "app_password"},       {"number", p->number},
                          {"name", std::string(p->name)}, {"scope", p->speaks ? "chat" : "read"},
                          {"rooms", std::move(rooms)},    {"made", iso_time(p->made)},
                          {"seen", iso_time(p->seen)}};
    });
  case stage::wishes:
    if (!wishes) return true;
    if (place_ == 0)
      out.push_back(as_line({{"what", "requests"}, {"from_strangers", wishes->strangers}}));
    return add_each(out, wishes->blocked, [this](const auto& one) {
      return json::object{{"what", "blocked"}, {"name", called(one.first, one.second)}};
    });
  case stage::ignored:
    return !hides || add_each(out, hides->accounts, [this](const auto& one) {
      return json::object{{"what", "ignored"}, {"name", called(one.first, one.second)}};
    });
  case stage::ignored_guests:
    return !hides || add_each(out, hides->others, [](const auto& one) {
      return json::object{{"what", "ignored"}, {"name", one.second}, {"guest", true}};
    });
  case stage::bans:
    return add_bans(out, a);
  case stage::correspondents:
    return add_correspondents(out, a);
  case stage::reads:
    if (!reads) return true;
    return add_each(out, reads->places, [](const account_reads::place& p) {
      return json::object{{"what", "read"},
                          {"room", p.room},
                          {"until", {{"epoch", p.epoch}, {"offset", p.offset}}}};
    });
  case stage::rooms:
    return add_rooms(out, a);
  case stage::over:
    break;
  }
  return true;
}

bool account_export::add_bans(lines& out, const account& a) {
  auto b = all_.bans().upper_bound(last_ban_);
  for (std::size_t n = 0; b != all_.bans().end() && n < max_looked_at; ++b, ++n) {
    if (out.size() == max_lines) return false;
    last_ban_ = b->first;
    if (b->second.who == a.id) out.push_back(as_line(object_of(b->second)));
  }
  return b == all_.bans().end();
}

bool account_export::add_correspondents(lines& out, const account& a) {
  const auto some = all_.correspondents_of(a.id, last_person_, max_lines);
  for (const identity& other : some) {
    const position& read = all_.find_direct(a.id, other)->of(a.id).read;
    out.push_back(as_line({{"what", "correspondent"},
                           {"name", called(other, "")},
                           {"read", {{"epoch", read.epoch}, {"offset", read.offset}}}}));
  }
  if (!some.empty()) last_person_ = some.back();
  return some.size() < max_lines;
}

bool account_export::add_rooms(lines& out, const account& a) {
  auto r = all_.rooms().upper_bound(last_room_);
  for (std::size_t n = 0; r != all_.rooms().end() && n < max_looked_at; ++r, ++n) {
    if (out.size() >= max_lines) return false;
    const room_facts& about = r->second;
    last_room_ = r->first;
    if (const role is = about.role_of(a.id); is != role::guest)
      out.push_back(as_line({{"what", "role"}, {"room", r->first}, {"role", name_of(is)}}));
    if (about.invited.contains(a.id))
      out.push_back(as_line({{"what", "invited"}, {"room", r->first}}));
  }
  return r == all_.rooms().end();
}

bool account_export::concerns(std::string_view log) const {
  return !log.starts_with('@') || other_in(log, account_);
}

std::optional<std::string> account_export::line_of(std::string_view log,
                                                   const journal::record& r) const {
  const bool own = std::ranges::find(authors_, r.author) != authors_.end();
  const auto other = other_in(log, account_);
  if (!own && !other) return {};
  // Seen as a room with the other's name.
  const std::string shown =
      other ? fmt::format("@{}", called(*other, key_of(*other))) : std::string(log);
  json::object o{{"what", own ? "said" : "heard"}, {"room", shown}};
  for (const auto& field : object_of(r.what))
    o.insert(field);
  return as_line(o);
}

} // namespace asio_chat
