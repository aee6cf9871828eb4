#include "wire/compact_fields.hpp"

#include "base/ascii.hpp"
#include "model/command_text.hpp"
#include "model/references.hpp"

#include <fmt/format.h>
#include <utf8.h>

#include <algorithm>

namespace asio_chat::wire::compact {

namespace {

/// The end of the year 9999: later times are nobody's, and formatters throw at them.
constexpr std::uint64_t latest_time = 253'402'300'799'999;

std::string argument_body(const command_argument& a) {
  using field = schema::argument;
  return body<field>([&](writer<field>& w) {
    w.text(field::name, a.name);
    w.text(field::kind, name_of(a.kind));
    w.text(field::key, a.key);
    w.flag(field::optional, a.optional);
    w.flag(field::secret, a.secret);
    if (a.kind == argument_kind::number) {
      w.number(field::min, a.min);
      w.number(field::max, a.max);
    }
    w.text(field::help, a.help);
  });
}

command_argument argument_in(std::string_view body) {
  using field = schema::argument;
  command_argument a;
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::name:
      a.name = r.string();
      break;
    case field::kind:
      // A kind that is not known here is completed like a word: not at all.
      a.kind = find_argument_kind(r.text()).value_or(argument_kind::word);
      break;
    case field::key:
      a.key = r.string();
      break;
    case field::optional:
      a.optional = r.flag();
      break;
    case field::secret:
      a.secret = r.flag();
      break;
    case field::min:
      a.min = r.number();
      break;
    case field::max:
      a.max = r.number();
      break;
    case field::help:
      a.help = r.string();
      break;
    default:
      r.skip();
    }
  }
  return a;
}

} // namespace

void throw_unreadable(std::string why) {
  throw unreadable{fail(errc::protocol_error, std::move(why))};
}

void throw_unknown(std::string_view what, std::uint64_t number) {
  throw unreadable{fail(errc::unknown_type, fmt::format("{}: {}", what, number))};
}

void throw_wrong_type(std::uint32_t field) {
  throw_unreadable(fmt::format("field {} is of another type than in the schema", field));
}

std::string_view checked_utf8(std::string_view text) {
  if (ascii::is_ascii(text)) return text;
  const auto bad = utf8::find_invalid(text.begin(), text.end());
  if (bad != text.end())
    throw_unreadable(fmt::format("a text is not UTF-8: at its byte {}", bad - text.begin()));
  return text;
}

std::size_t bytes_for_lists(std::size_t text_bytes) noexcept {
  constexpr std::size_t envelope_bytes = 1024;
  constexpr std::size_t all = native_payload_cap - envelope_bytes;
  return all - std::min(all, text_bytes);
}

std::string body_of(const position& p) {
  using field = schema::position;
  return body<field>([&](writer<field>& w) {
    w.number(field::epoch, p.epoch);
    w.number(field::offset, p.offset);
    w.fixed(field::tag, p.tag);
    if (p.tag != 0 && p.tag_offset != p.offset) w.number(field::tag_offset, p.tag_offset);
  });
}

position position_in(std::string_view body) {
  using field = schema::position;
  position p;
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::epoch:
      p.epoch = r.number();
      break;
    case field::offset:
      p.offset = r.number();
      break;
    case field::tag:
      p.tag = r.fixed();
      break;
    case field::tag_offset:
      p.tag_offset = r.number();
      break;
    default:
      r.skip();
    }
  }
  if (p.tag == 0) p.tag_offset = 0;
  if (p.tag != 0 && p.tag_offset == 0) p.tag_offset = p.offset;
  return p;
}

std::uint64_t milliseconds(wall_time t) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, t.time_since_epoch().count()));
}

wall_time time_of(std::uint64_t ms) {
  if (ms > latest_time)
    throw_unreadable("a time is not in milliseconds since 1970, before the year 10000");
  return wall_time(std::chrono::milliseconds(static_cast<std::int64_t>(ms)));
}

wall_time time_of(wall_time base, std::int64_t later) {
  return time_of(milliseconds(base) + static_cast<std::uint64_t>(later)); // modulo 2^64
}

std::uint64_t number_of_kind(entry_kind k) noexcept {
  return static_cast<std::uint64_t>(k == entry_kind::destroyed ? entry_kind::message : k);
}

std::optional<entry_kind> find_kind(std::uint64_t number) noexcept {
  if (number > static_cast<std::uint64_t>(entry_kind::topic)) return std::nullopt;
  return static_cast<entry_kind>(number);
}

std::uint64_t number_of_how(entry_reference::kind how) noexcept {
  return static_cast<std::uint64_t>(how);
}

std::optional<entry_reference::kind> find_how(std::uint64_t number) noexcept {
  if (number > static_cast<std::uint64_t>(last_reference)) return std::nullopt;
  return static_cast<entry_reference::kind>(number);
}

std::string short_text(std::string_view text) {
  if (text.size() > native::id_bytes)
    throw_unreadable(fmt::format("an id or a reference has more than {} bytes", native::id_bytes));
  return std::string(text);
}

std::string body_of(const command_info& c) {
  using field = schema::command_info;
  return body<field>([&](writer<field>& w) {
    w.text(field::name, c.name);
    for (const command_argument& a : c.arguments)
      w.message(field::arguments, argument_body(a));
    w.text(field::help, c.help);
    w.text(field::details, c.details);
  });
}

command_info command_in(std::string_view body) {
  using field = schema::command_info;
  command_info c;
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::name:
      c.name = r.string();
      break;
    case field::arguments:
      c.arguments.push_back(argument_in(r.bytes()));
      break;
    case field::help:
      c.help = r.string();
      break;
    case field::details:
      c.details = r.string();
      break;
    default:
      r.skip();
    }
  }
  return c;
}

std::string body_of(const entry& e, std::string_view room_of_page) {
  using field = schema::page_entry;
  return body<field>([&](writer<field>& w) {
    w.message(field::position, body_of(e.at));
    w.number(field::time, milliseconds(e.time));
    w.text(field::from, e.from);
    w.number(field::kind, number_of_kind(e.kind));
    w.text(field::text, e.text);
    w.text(field::address, e.address);
    if (e.room != room_of_page) w.text(field::room, e.room);
    w.flag(field::destroyed, e.kind == entry_kind::destroyed);
    w.number(field::refers, e.refers.offset);
    w.number(field::how, number_of_how(e.refers.how));
  });
}

entry page_entry_in(std::string_view body) {
  using field = schema::page_entry;
  entry e;
  bool destroyed = false;
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::position:
      e.at = position_in(r.bytes());
      break;
    case field::time:
      e.time = time_of(r.number());
      break;
    case field::from:
      e.from = r.string();
      break;
    case field::kind: {
      const std::uint64_t number = r.number();
      const auto kind = find_kind(number);
      if (!kind) throw_unknown("entry of an unknown kind", number);
      e.kind = *kind;
      break;
    }
    case field::text:
      e.text = r.string();
      break;
    case field::address:
      e.address = rare_text(r.text());
      break;
    case field::room:
      e.room = r.string();
      break;
    case field::destroyed:
      destroyed = r.flag();
      break;
    case field::refers:
      e.refers.offset = r.number();
      break;
    case field::how:
      e.refers.how = find_how(r.number()).value_or(entry_reference::kind::none);
      break;
    default:
      r.skip();
    }
  }
  if (destroyed) e.kind = entry_kind::destroyed;
  if (e.refers.how == entry_reference::kind::none) e.refers = {};
  return e;
}

void fill_rooms(std::vector<entry>& entries, const std::string& room) {
  for (entry& e : entries)
    if (e.room.empty()) e.room = room;
}

} // namespace asio_chat::wire::compact
