// What a client sends.
#include "wire/compact_codec.hpp"
#include "wire/compact_fields.hpp"
#include "wire/compact_read.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

namespace asio_chat::wire::compact {

namespace {

using native::request;

/// What an answer names, as soon as it is read: a refusal of the rest has it too.
using reference = std::string;

struct side_field {
  log_range::side side;
  schema::history field;
};
constexpr std::array sides{side_field{log_range::side::after, schema::history::after},
                           side_field{log_range::side::before, schema::history::before},
                           side_field{log_range::side::around, schema::history::around}};

native::send send_in(std::string_view body, const id_counter& ids, reference& ref) {
  using field = schema::send;
  native::send s;
  std::optional how(entry_reference::kind::none);
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::id: {
      const std::uint64_t number = r.number();
      if (number != 0) ref = s.id = ids.id_of(number);
      break;
    }
    case field::room:
      s.room = r.string();
      break;
    case field::text:
      s.text = r.string();
      break;
    case field::kind:
      s.kind = find_kind(r.number()).value_or(entry_kind::topic);
      break;
    case field::own_id:
      ref = s.id = short_text(r.text());
      break;
    case field::refers:
      s.refers.offset = r.number();
      break;
    case field::how:
      how = find_how(r.number());
      break;
    default:
      r.skip();
    }
  }
  if (s.id.empty()) throw_unreadable("a send has no id; ids are numbers from 1 on");
  if (s.kind == entry_kind::topic) throw_unreadable("a send is a message or an action");
  if (!how) throw_unreadable("a send refers to an entry in a way that is not known here");
  if ((*how == entry_reference::kind::none) != (s.refers.offset == 0))
    throw_unreadable("a send that refers to an entry has refers and how");
  s.refers.how = *how;
  return s;
}

native::hello hello_in(std::string_view body, id_counter& ids) {
  using field = schema::hello;
  native::hello h;
  std::string_view name_of_ids;
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::name:
      h.name = r.string();
      break;
    case field::passphrase:
      h.passphrase = r.string();
      break;
    case field::room:
      h.room = r.string();
      break;
    case field::agent:
      h.agent = r.string();
      break;
    case field::resume:
      h.resume = r.string();
      break;
    case field::after:
      h.after = position_in(r.bytes());
      break;
    case field::history:
      h.history = static_cast<std::size_t>(r.number());
      break;
    case field::data_replies:
      h.data_replies = r.flag();
      break;
    case field::direct_rooms:
      h.direct_rooms = r.flag();
      break;
    case field::ids:
      name_of_ids = r.text();
      if (name_of_ids.size() > id_counter::max_bytes)
        throw_unreadable(
            fmt::format("the name of the ids has more than {} bytes", id_counter::max_bytes));
      break;
    default:
      r.skip();
    }
  }
  h.ids = name_of_ids;
  ids = id_counter(name_of_ids);
  return h;
}

native::join join_in(std::string_view body, reference& ref) {
  using field = schema::join;
  native::join j;
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::ref:
      ref = j.ref = short_text(r.text());
      break;
    case field::room:
      j.room = r.string();
      break;
    case field::after:
      j.after = position_in(r.bytes());
      break;
    case field::history:
      j.history = static_cast<std::size_t>(r.number());
      break;
    default:
      r.skip();
    }
  }
  return j;
}

native::leave leave_in(std::string_view body, reference& ref) {
  using field = schema::leave;
  native::leave l;
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::ref:
      ref = l.ref = short_text(r.text());
      break;
    case field::room:
      l.room = r.string();
      break;
    default:
      r.skip();
    }
  }
  return l;
}

native::command_line command_line_in(std::string_view body, reference& ref) {
  using field = schema::command;
  native::command_line c;
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::ref:
      ref = c.ref = short_text(r.text());
      break;
    case field::room:
      c.room = r.string();
      break;
    case field::line:
      c.line = r.string();
      break;
    default:
      r.skip();
    }
  }
  return c;
}

native::history history_in(std::string_view body, reference& ref) {
  using field = schema::history;
  native::history h;
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::ref:
      ref = h.ref = short_text(r.text());
      break;
    case field::room:
      h.room = r.string();
      break;
    case field::after:
    case field::before:
    case field::around:
      for (const auto& [side, name] : sides)
        if (name == r.field()) h.part.where = side;
      h.part.from = position_in(r.bytes());
      break;
    case field::limit:
      h.part.entries = static_cast<std::size_t>(r.number());
      break;
    default:
      r.skip();
    }
  }
  return h;
}

native::ping ping_in(std::string_view body, reference& ref) {
  native::ping p;
  for (reader<schema::ping> r(body); r.next();) {
    if (r.field() == schema::ping::ref)
      ref = p.ref = short_text(r.text());
    else
      r.skip();
  }
  return p;
}

request request_in(std::string_view payload, id_counter& ids, reference& ref) {
  using what = schema::to_server;
  std::uint64_t unknown = 0;
  for (reader<what> r(payload); r.next();) {
    switch (r.field()) {
    case what::send:
      return send_in(r.bytes(), ids, ref);
    case what::hello:
      return hello_in(r.bytes(), ids);
    case what::join:
      return join_in(r.bytes(), ref);
    case what::leave:
      return leave_in(r.bytes(), ref);
    case what::command:
      return command_line_in(r.bytes(), ref);
    case what::history:
      return history_in(r.bytes(), ref);
    case what::ping:
      return ping_in(r.bytes(), ref);
    case what::bye:
      r.bytes();
      return native::bye{};
    default:
      unknown = static_cast<std::uint64_t>(r.field());
      r.skip();
    }
  }
  if (unknown == 0) throw_unreadable("a frame without a message");
  throw_unknown("message of an unknown type", unknown);
}

struct request_encoder {
  const id_counter& ids;

  using what = schema::to_server;

  std::string operator()(const native::hello& h) const {
    using field = schema::hello;
    return frame_of(what::hello, body<field>([&](writer<field>& w) {
                      w.text(field::name, h.name);
                      if (h.passphrase) w.text_always(field::passphrase, *h.passphrase);
                      if (h.room) w.text_always(field::room, *h.room);
                      w.text(field::agent, h.agent);
                      if (h.resume) w.text_always(field::resume, *h.resume);
                      if (h.after) w.message(field::after, body_of(*h.after));
                      if (h.history) w.number_always(field::history, *h.history);
                      w.flag(field::data_replies, h.data_replies);
                      w.text(field::ids, h.ids);
                      w.flag(field::direct_rooms, h.direct_rooms);
                    }));
  }
  std::string operator()(const native::join& j) const {
    using field = schema::join;
    return frame_of(what::join, body<field>([&](writer<field>& w) {
                      w.text(field::ref, j.ref);
                      w.text(field::room, j.room);
                      if (j.after) w.message(field::after, body_of(*j.after));
                      if (j.history) w.number_always(field::history, *j.history);
                    }));
  }
  std::string operator()(const native::leave& l) const {
    using field = schema::leave;
    return frame_of(what::leave, body<field>([&](writer<field>& w) {
                      w.text(field::ref, l.ref);
                      w.text(field::room, l.room);
                    }));
  }
  std::string operator()(const native::send& s) const {
    using field = schema::send;
    const std::uint64_t number = ids.number_of(s.id);
    return frame_of(what::send, body<field>([&](writer<field>& w) {
                      w.number(field::id, number);
                      if (number == 0) w.text(field::own_id, s.id);
                      w.text(field::room, s.room);
                      w.text(field::text, s.text);
                      w.number(field::kind, static_cast<std::uint64_t>(s.kind));
                      w.number(field::refers, s.refers.offset);
                      w.number(field::how, number_of_how(s.refers.how));
                    }));
  }
  std::string operator()(const native::command_line& c) const {
    using field = schema::command;
    return frame_of(what::command, body<field>([&](writer<field>& w) {
                      w.text(field::ref, c.ref);
                      w.text(field::room, c.room);
                      w.text(field::line, c.line);
                    }));
  }
  std::string operator()(const native::history& h) const {
    using field = schema::history;
    return frame_of(what::history, body<field>([&](writer<field>& w) {
                      w.text(field::ref, h.ref);
                      w.text(field::room, h.room);
                      w.message(sides[static_cast<std::size_t>(h.part.where)].field,
                                body_of(h.part.from));
                      w.number_always(field::limit, h.part.entries);
                    }));
  }
  std::string operator()(const native::ping& p) const {
    using field = schema::ping;
    return frame_of(what::ping, body<field>([&](auto& w) { w.text(field::ref, p.ref); }));
  }
  std::string operator()(const native::bye&) const { return frame_of(what::bye, {}); }
};

} // namespace

std::string id_counter::id_of(std::uint64_t number) const {
  const fmt::format_int digits(number);
  std::string id;
  id.reserve(prefix_.size() + digits.size());
  id.append(prefix_).append(digits.data(), digits.size());
  return id;
}

std::uint64_t id_counter::number_of(std::string_view id) const noexcept {
  if (!id.starts_with(prefix_)) return 0;
  id.remove_prefix(prefix_.size());
  if (id.empty() || id.front() < '1' || id.front() > '9') return 0; // one way to write a number
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  return error == std::errc() && stop == id.data() + id.size() ? number : 0;
}

decoded<request> parse_request(std::string_view payload, id_counter& ids) {
  reference ref;
  return read_whole<request>(ref, [&] { return request_in(payload, ids, ref); });
}

std::string encode(const request& r, const id_counter& ids) {
  return std::visit(request_encoder{ids}, r);
}

} // namespace asio_chat::wire::compact
