// What a server sends.
#include "wire/frame.hpp"
#include "wire/native_fields.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace asio_chat::wire::native {

namespace {

/// What a message has at most besides its long parts.
constexpr std::size_t envelope_bytes = 1024;

/// What is left of a frame for lists, beside a text of this length.
std::size_t bytes_left_beside(std::string_view text) {
  constexpr std::size_t all = native_payload_cap - envelope_bytes;
  return all - std::min(all, 2 * text.size());
}

/// As many of the strings as surely fit into what is left of a frame.
json::array as_many_as_fit(const std::vector<std::string>& strings, std::size_t& bytes_left) {
  json::array out;
  for (const std::string& s : strings) {
    // Escaping doubles a character at most: control characters are not sent.
    const std::size_t most = 2 * s.size() + 3;
    if (most > bytes_left) break;
    bytes_left -= most;
    out.emplace_back(s);
  }
  return out;
}

std::int64_t milliseconds(wall_time t) {
  return t.time_since_epoch().count();
}

/// The end of the year 9999: later times are nobody's, and formatters throw at them.
constexpr std::uint64_t latest_time = 253'402'300'799'999;

wall_time time_in(const json::object& o) {
  const std::uint64_t ms = number_field(o, "time");
  if (ms > latest_time) throw_field("time", "milliseconds since 1970, before the year 10000");
  return wall_time(std::chrono::milliseconds(static_cast<std::int64_t>(ms)));
}

close_code close_code_in(const json::object& o) {
  const std::uint64_t code = number_field(o, "code");
  if (code > std::numeric_limits<std::uint16_t>::max()) throw_field("code", "a close code");
  return static_cast<close_code>(code);
}

/// The fields of an entry, without the envelope.
void put_entry(json::object& o, const entry& e) {
  o["kind"] = name_of_kind(e.kind);
  o["room"] = e.room;
  put_position(o, "position", e.at);
  o["time"] = milliseconds(e.time);
  o["from"] = e.from;
  o["text"] = e.text;
}

entry entry_in(const json::object& o) {
  entry e;
  e.kind = kind_of(string_field(o, "kind"));
  e.room = string_field(o, "room");
  e.at = position_in(o, "position");
  e.time = time_in(o);
  e.from = string_field(o, "from");
  e.text = string_field(o, "text");
  return e;
}

history_page page_in(const json::object& o, std::string ref) {
  history_page page;
  page.ref = std::move(ref);
  page.room = string_field(o, "room");
  for (const json::value& v : array_field(o, "entries")) {
    if (!v.is_object()) throw_field("entries", "an array of objects");
    page.entries.push_back(entry_in(v.get_object()));
  }
  page.earlier = bool_field(o, "earlier");
  page.more = bool_field(o, "more");
  page.gap = optional_number(o, "gap");
  return page;
}

event event_in(const json::object& o) {
  const std::string kind = string_field(o, "kind");
  if (kind == "joined") return member_joined{string_field(o, "room"), string_field(o, "name")};
  if (kind == "left") return member_left{string_field(o, "room"), string_field(o, "name")};
  if (kind == "renamed") {
    return member_renamed{string_field(o, "room"), string_field(o, "from"), string_field(o, "to")};
  }
  if (kind == "direct") {
    return direct_message{string_field(o, "from"), string_field(o, "to"), time_in(o),
                          string_field(o, "text")};
  }
  if (kind == "gap") {
    return entries_missed{string_field(o, "room"), position_in(o, "after"), position_in(o, "next")};
  }
  if (find_kind(kind)) return entry_in(o);
  throw_unknown("event of an unknown kind", kind);
}

message message_in(const json::object& o, std::string ref) {
  const std::string type = string_field(o, "type");
  if (type == "event") return event_in(o);
  if (type == "ack") {
    return acknowledged{string_field(o, "id"), string_field(o, "room"), position_in(o, "position"),
                        time_in(o), bool_field(o, "duplicate")};
  }
  if (type == "reply") {
    return reply{std::move(ref), string_field(o, "command"), strings_field(o, "lines"),
                 strings_field(o, "items")};
  }
  if (type == "error") {
    return refused{std::move(ref), errc_of(string_field(o, "code")), string_field(o, "message")};
  }
  if (type == "room") {
    return room_state{std::move(ref), string_field(o, "room"), string_field(o, "topic"),
                      strings_field(o, "members"), position_in(o, "head")};
  }
  if (type == "history") return page_in(o, std::move(ref));
  if (type == "welcome") {
    return welcome{string_field(o, "name"), string_field(o, "server"),
                   static_cast<std::size_t>(number_field(o, "text_bytes")),
                   strings_field(o, "commands"), optional_string(o, "resume").value_or("")};
  }
  if (type == "pong") return pong{std::move(ref)};
  if (type == "goodbye") {
    return goodbye{{close_code_in(o), string_field(o, "phrase")}};
  }
  throw_unknown("message of an unknown type", type);
}

struct event_encoder {
  json::storage_ptr memory;

  std::string operator()(const entry& e) const {
    json::object o = envelope("event", memory);
    put_entry(o, e);
    return framed(o);
  }
  std::string operator()(const member_joined& m) const {
    return presence("joined", m.room, m.name);
  }
  std::string operator()(const member_left& m) const { return presence("left", m.room, m.name); }
  std::string operator()(const member_renamed& m) const {
    json::object o = envelope("event", memory);
    o["kind"] = "renamed";
    o["room"] = m.room;
    o["from"] = m.from;
    o["to"] = m.to;
    return framed(o);
  }
  std::string operator()(const direct_message& m) const {
    json::object o = envelope("event", memory);
    o["kind"] = "direct";
    o["from"] = m.from;
    o["to"] = m.to;
    o["time"] = milliseconds(m.time);
    o["text"] = m.text;
    return framed(o);
  }
  std::string operator()(const acknowledged& a) const {
    json::object o = envelope("ack", memory);
    o["id"] = a.id;
    o["room"] = a.room;
    put_position(o, "position", a.at);
    o["time"] = milliseconds(a.time);
    o["duplicate"] = a.duplicate;
    return framed(o);
  }
  std::string operator()(const reply& r) const {
    json::object o = envelope("reply", memory);
    o["ref"] = r.ref;
    o["command"] = r.command;
    std::size_t bytes_left = bytes_left_beside({});
    o["lines"] = as_many_as_fit(r.lines, bytes_left);
    o["items"] = as_many_as_fit(r.items, bytes_left);
    return framed(o);
  }
  std::string operator()(const refused& r) const {
    json::object o = envelope("error", memory);
    o["ref"] = r.ref;
    o["code"] = name_of(r.code);
    o["message"] = r.message;
    return framed(o);
  }
  std::string operator()(const room_state& r) const {
    json::object o = envelope("room", memory);
    o["ref"] = r.ref;
    o["room"] = r.room;
    o["topic"] = r.topic;
    std::size_t bytes_left = bytes_left_beside(r.topic);
    o["members"] = as_many_as_fit(r.members, bytes_left);
    put_position(o, "head", r.head);
    return framed(o);
  }
  std::string operator()(const entries_missed& m) const {
    json::object o = envelope("event", memory);
    o["kind"] = "gap";
    o["room"] = m.room;
    put_position(o, "after", m.after);
    put_position(o, "next", m.next);
    return framed(o);
  }
  std::string operator()(const history_page& p) const {
    json::array entries(memory);
    std::size_t bytes = envelope_bytes;
    bool more = p.more;
    for (const entry& e : p.entries) {
      json::object o(memory);
      put_entry(o, e);
      bytes += json::serialize(o).size() + 1;
      if (bytes > native_payload_cap) {
        more = true;
        break;
      }
      entries.push_back(std::move(o));
    }
    json::object o = envelope("history", memory);
    o["ref"] = p.ref;
    o["room"] = p.room;
    o["entries"] = std::move(entries);
    o["earlier"] = p.earlier;
    o["more"] = more;
    if (p.gap) o["gap"] = *p.gap;
    return framed(o);
  }

 private:
  std::string presence(std::string_view kind, const std::string& room,
                       const std::string& name) const {
    json::object o = envelope("event", memory);
    o["kind"] = kind;
    o["room"] = room;
    o["name"] = name;
    return framed(o);
  }
};

} // namespace

decoded<message> parse_message(std::string_view payload) {
  return decode<message>(payload, message_in);
}

std::string encode(const welcome& w) {
  json::object o = envelope("welcome");
  o["name"] = w.name;
  o["server"] = w.server;
  o["text_bytes"] = w.text_bytes;
  std::size_t bytes_left = bytes_left_beside({});
  o["commands"] = as_many_as_fit(w.commands, bytes_left);
  if (!w.resume.empty()) o["resume"] = w.resume;
  return framed(o);
}

std::string encode(const pong& p) {
  json::object o = envelope("pong");
  o["ref"] = p.ref;
  return framed(o);
}

std::string encode(const goodbye& g) {
  json::object o = envelope("goodbye");
  o["code"] = static_cast<std::uint16_t>(g.reason.code);
  o["phrase"] = g.reason.phrase;
  o["reconnect"] = g.reason.reconnect();
  return framed(o);
}

std::string encode(const event& e) {
  json_scratch scratch;
  return std::visit(event_encoder{scratch.storage()}, e);
}

} // namespace asio_chat::wire::native
