// What a client receives, read.
#include "wire/compact_codec.hpp"
#include "wire/compact_entries.hpp"
#include "wire/compact_fields.hpp"
#include "wire/compact_read.hpp"
#include "wire/reply_lines.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <utility>

namespace asio_chat::wire::compact {

namespace {

using native::message;
using what = schema::from_server;

/// Longer ones are as good as this one, and any number can be counted with then.
constexpr std::chrono::milliseconds longest_idle_time = std::chrono::years(1);

/// A message of texts alone, in the order of their fields from 1 on.
template <std::size_t N>
std::array<std::string, N> texts_in(std::string_view body) {
  std::array<std::string, N> all;
  for (reader<schema::any_field> r(body); r.next();) {
    const auto n = static_cast<std::size_t>(r.field());
    if (n >= 1 && n <= N)
      all[n - 1] = r.string();
    else
      r.skip();
  }
  return all;
}

native::welcome welcome_in(std::string_view body) {
  using field = schema::welcome;
  native::welcome w;
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::name:
      w.name = r.string();
      break;
    case field::server:
      w.server = r.string();
      break;
    case field::text_bytes:
      w.text_bytes = static_cast<std::size_t>(r.number());
      break;
    case field::commands:
      w.commands.push_back(r.string());
      break;
    case field::resume:
      w.resume = r.string();
      break;
    case field::idle_ms: {
      constexpr auto max = static_cast<std::uint64_t>(longest_idle_time.count());
      w.idle_time = std::chrono::milliseconds(static_cast<std::int64_t>(std::min(r.number(), max)));
      break;
    }
    case field::syntax:
      w.syntax.push_back(command_in(r.bytes()));
      break;
    default:
      r.skip();
    }
  }
  return w;
}

room_state room_in(std::string_view body) {
  using field = schema::room;
  room_state s;
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::ref:
      s.ref = short_text(r.text());
      break;
    case field::room:
      s.room = r.string();
      break;
    case field::topic:
      s.topic = r.string();
      break;
    case field::members:
      s.members.push_back(r.string());
      break;
    case field::head:
      s.head = position_in(r.bytes());
      break;
    case field::guests:
      s.guests.push_back(r.string());
      break;
    case field::proofs:
      s.proofs.push_back(r.string());
      break;
    case field::read:
      s.read = r.number();
      break;
    default:
      r.skip();
    }
  }
  return s;
}

member_joined joined_in(std::string_view body) {
  using field = schema::presence;
  member_joined m;
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::room:
      m.room = r.string();
      break;
    case field::name:
      m.name = r.string();
      break;
    case field::guest:
      m.guest = r.flag();
      break;
    case field::proof:
      m.proof = r.string();
      break;
    default:
      r.skip();
    }
  }
  return m;
}

direct_message direct_in(std::string_view body) {
  using field = schema::direct;
  direct_message m;
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::from:
      m.from = r.string();
      break;
    case field::to:
      m.to = r.string();
      break;
    case field::time:
      m.time = time_of(r.number());
      break;
    case field::text:
      m.text = r.string();
      break;
    case field::proof:
      m.proof = r.string();
      break;
    default:
      r.skip();
    }
  }
  return m;
}

entries_missed gap_in(std::string_view body) {
  using field = schema::gap;
  entries_missed m;
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::room:
      m.room = r.string();
      break;
    case field::after:
      m.after = position_in(r.bytes());
      break;
    case field::next:
      m.next = position_in(r.bytes());
      break;
    default:
      r.skip();
    }
  }
  return m;
}

reply reply_in(std::string_view body) {
  using field = schema::reply;
  reply a{{}, {}, {}, {}};
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::ref:
      a.ref = short_text(r.text());
      break;
    case field::command:
      a.command = r.string();
      break;
    case field::lines:
      a.lines.push_back(r.string());
      break;
    case field::items:
      a.items.push_back(r.string());
      break;
    case field::data:
      if (auto d = data_in(r.bytes())) {
        a.data = make_reply_data(*std::move(d));
        a.data_alone = true;
      }
      break;
    default:
      r.skip();
    }
  }
  // Data that a newer server has come with lines for those who do not know them.
  if (a.data) fill_lines(a, std::numeric_limits<std::size_t>::max());
  return a;
}

refused error_in(std::string_view body, const id_counter& ids) {
  using field = schema::error;
  refused e;
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::ref:
      e.ref = short_text(r.text());
      break;
    case field::code:
      e.code = errc_of(r.text());
      break;
    case field::message:
      e.message = r.string();
      break;
    case field::id:
      if (const std::uint64_t id = r.number(); id != 0) e.ref = ids.id_of(id);
      break;
    default:
      r.skip();
    }
  }
  return e;
}

history_page page_in(std::string_view body) {
  using field = schema::page;
  history_page p;
  for (reader<field> r(body); r.next();) {
    switch (r.field()) {
    case field::ref:
      p.ref = short_text(r.text());
      break;
    case field::room:
      p.room = r.string();
      break;
    case field::entries:
      p.entries.push_back(page_entry_in(r.bytes()));
      break;
    case field::earlier:
      p.earlier = r.flag();
      break;
    case field::more:
      p.more = r.flag();
      break;
    case field::gap:
      p.gap = r.number();
      break;
    case field::another_log:
      p.another_log = r.flag();
      break;
    default:
      r.skip();
    }
  }
  for (entry& e : p.entries)
    if (e.room.empty()) e.room = p.room;
  return p;
}

native::goodbye goodbye_in(std::string_view body) {
  using field = schema::goodbye;
  native::goodbye g;
  for (reader<field> r(body); r.next();) {
    if (r.field() == field::code) {
      const std::uint64_t code = r.number();
      if (code > std::numeric_limits<std::uint16_t>::max())
        throw_unreadable("a close code is too large");
      g.reason.code = static_cast<close_code>(code);
    } else if (r.field() == field::phrase) {
      g.reason.phrase = r.string();
    } else {
      r.skip();
    }
  }
  return g;
}

std::vector<message> alone(message m) {
  std::vector<message> one;
  one.push_back(std::move(m));
  return one;
}

std::vector<message> messages_in(std::string_view payload, client_memory& of) {
  std::uint64_t unknown = 0;
  for (reader<what> r(payload); r.next();) {
    switch (r.field()) {
    case what::entries:
      return entries_in(r.bytes(), of.logs);
    case what::ack:
      return acks_in(r.bytes(), of);
    case what::log:
      read_log(r.bytes(), of.logs);
      return {};
    case what::welcome:
      return alone(welcome_in(r.bytes()));
    case what::room:
      return alone(event(room_in(r.bytes())));
    case what::joined:
      return alone(event(joined_in(r.bytes())));
    case what::left: {
      auto [room, name] = texts_in<2>(r.bytes());
      return alone(event(member_left{std::move(room), std::move(name)}));
    }
    case what::renamed: {
      auto [room, from, to] = texts_in<3>(r.bytes());
      return alone(event(member_renamed{std::move(room), std::move(from), std::move(to)}));
    }
    case what::direct:
      return alone(event(direct_in(r.bytes())));
    case what::gap:
      return alone(event(gap_in(r.bytes())));
    case what::reply:
      return alone(event(reply_in(r.bytes())));
    case what::error:
      return alone(event(error_in(r.bytes(), of.ids)));
    case what::history:
      return alone(event(page_in(r.bytes())));
    case what::pong:
      return alone(native::pong{short_text(texts_in<1>(r.bytes())[0])});
    case what::goodbye:
      return alone(goodbye_in(r.bytes()));
    default:
      unknown = static_cast<std::uint64_t>(r.field());
      r.skip();
    }
  }
  if (unknown == 0) throw_unreadable("a frame without a message");
  throw_unknown("message of an unknown type", unknown);
}

} // namespace

decoded<std::vector<message>> parse_messages(std::string_view payload, client_memory& of) {
  return read_whole<std::vector<message>>({}, [&] { return messages_in(payload, of); });
}

} // namespace asio_chat::wire::compact
