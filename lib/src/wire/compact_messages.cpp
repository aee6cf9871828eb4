// What a server sends, besides entries and acknowledgements, written.
#include "wire/compact_codec.hpp"
#include "wire/compact_fields.hpp"
#include "wire/reply_lines.hpp"

#include <span>
#include <string_view>
#include <variant>

namespace asio_chat::wire::compact {

namespace {

using what = schema::from_server;

std::string presence(what kind, const std::string& room, const std::string& name,
                     bool guest = false, std::string_view proof = {}) {
  using field = schema::presence;
  return frame_of(kind, body<field>([&](writer<field>& w) {
                    w.text(field::room, room);
                    w.text(field::name, name);
                    w.flag(field::guest, guest);
                    w.text(field::proof, proof);
                  }));
}

struct event_encoder {
  const id_counter& ids;

  std::string operator()(const entry& e) const {
    // With its names, for one receiver who has heard none.
    numbered_log names(1, e.room, e.at.epoch, e.time);
    const entry* one = &e;
    const auto frames = encode(std::span(&one, 1), names);
    return names.announcement() + frames.front();
  }
  std::string operator()(const acknowledged& a) const {
    const numbered_log names(1, a.room, a.at.epoch, a.time);
    return names.announcement() + encode(std::span(&a, 1), names, ids);
  }
  std::string operator()(const member_joined& m) const {
    return presence(what::joined, m.room, m.name, m.guest, m.proof);
  }
  std::string operator()(const member_left& m) const {
    return presence(what::left, m.room, m.name);
  }
  std::string operator()(const member_renamed& m) const {
    using field = schema::renamed;
    return frame_of(what::renamed, body<field>([&](writer<field>& w) {
                      w.text(field::room, m.room);
                      w.text(field::from, m.from);
                      w.text(field::to, m.to);
                    }));
  }
  std::string operator()(const direct_message& m) const {
    using field = schema::direct;
    return frame_of(what::direct, body<field>([&](writer<field>& w) {
                      w.text(field::from, m.from);
                      w.text(field::to, m.to);
                      w.number(field::time, milliseconds(m.time));
                      w.text(field::text, m.text);
                      w.text(field::proof, m.proof);
                    }));
  }
  std::string operator()(const reply& r) const {
    using field = schema::reply;
    return frame_of(what::reply, body<field>([&](writer<field>& w) {
                      w.text(field::ref, r.ref);
                      w.text(field::command, r.command);
                      if (r.data && r.data_alone) return w.message(field::data, body_of(*r.data));
                      reply_lines made;
                      if (r.data) made = show(*r.data);
                      std::size_t bytes_left = bytes_for_lists();
                      const auto same = [](const std::string& s) { return s; };
                      w.list(field::lines, r.data ? made.lines : r.lines, bytes_left, same);
                      w.list(field::items, r.data ? made.items : r.items, bytes_left, same);
                    }));
  }
  std::string operator()(const refused& r) const {
    using field = schema::error;
    const std::uint64_t number = ids.number_of(r.ref);
    return frame_of(what::error, body<field>([&](writer<field>& w) {
                      if (number == 0) w.text(field::ref, r.ref);
                      w.text(field::code, name_of(r.code));
                      w.text(field::message, r.message);
                      w.number(field::id, number);
                    }));
  }
  std::string operator()(const room_state& r) const {
    using field = schema::room;
    return frame_of(what::room, body<field>([&](writer<field>& w) {
                      w.text(field::ref, r.ref);
                      w.text(field::room, r.room);
                      w.text(field::topic, r.topic);
                      std::size_t bytes_left = bytes_for_lists(r.topic.size());
                      const auto same = [](const std::string& s) { return s; };
                      w.list(field::members, r.members, bytes_left, same);
                      w.message(field::head, body_of(r.head));
                      w.list(field::guests, r.guests, bytes_left, same);
                      w.list(field::proofs, r.proofs, bytes_left, same);
                      w.number(field::read, r.read);
                    }));
  }
  std::string operator()(const entries_missed& m) const {
    using field = schema::gap;
    return frame_of(what::gap, body<field>([&](writer<field>& w) {
                      w.text(field::room, m.room);
                      w.message(field::after, body_of(m.after));
                      w.message(field::next, body_of(m.next));
                    }));
  }
  std::string operator()(const history_page& p) const {
    using field = schema::page;
    return frame_of(what::history, body<field>([&](writer<field>& w) {
                      w.text(field::ref, p.ref);
                      w.text(field::room, p.room);
                      std::size_t bytes_left = bytes_for_lists();
                      const std::size_t n =
                          w.list(field::entries, p.entries, bytes_left,
                                 [&](const entry& e) { return body_of(e, p.room); });
                      w.flag(field::earlier, p.earlier);
                      w.flag(field::more, p.more || n < p.entries.size());
                      if (p.gap) w.number_always(field::gap, *p.gap);
                      w.flag(field::another_log, p.another_log);
                    }));
  }
};

} // namespace

std::string encode(const native::welcome& welcome) {
  using field = schema::welcome;
  return frame_of(what::welcome, body<field>([&](writer<field>& w) {
                    w.text(field::name, welcome.name);
                    w.text(field::server, welcome.server);
                    w.number(field::text_bytes, welcome.text_bytes);
                    std::size_t bytes_left = bytes_for_lists();
                    w.list(field::commands, welcome.commands, bytes_left,
                           [](const std::string& s) { return s; });
                    w.text(field::resume, welcome.resume);
                    if (welcome.idle_time)
                      w.number_always(field::idle_ms,
                                      static_cast<std::uint64_t>(welcome.idle_time->count()));
                    w.list(field::syntax, welcome.syntax, bytes_left,
                           [](const command_info& c) { return body_of(c); });
                  }));
}

std::string encode(const native::pong& p) {
  using field = schema::ping;
  return frame_of(what::pong, body<field>([&](auto& w) { w.text(field::ref, p.ref); }));
}

std::string encode(const native::goodbye& g) {
  using field = schema::goodbye;
  return frame_of(what::goodbye, body<field>([&](writer<field>& w) {
                    w.number(field::code, static_cast<std::uint16_t>(g.reason.code));
                    w.text(field::phrase, g.reason.phrase);
                  }));
}

std::string encode(const event& e, const id_counter& ids) {
  return std::visit(event_encoder{ids}, e);
}

} // namespace asio_chat::wire::compact
