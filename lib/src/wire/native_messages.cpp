// What a server sends.
#include "wire/native_parts.hpp"
#include "wire/reply_lines.hpp"

#include <algorithm>
#include <chrono>
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

/// Longer ones are as good as this one, and any number can be counted with then.
constexpr std::chrono::milliseconds longest_idle_time = std::chrono::years(1);

std::optional<std::chrono::milliseconds> idle_time_in(const json::object& o) {
  const auto ms = optional_number(o, "idle_ms");
  if (!ms) return std::nullopt;
  constexpr auto max = static_cast<std::uint64_t>(longest_idle_time.count());
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::min(*ms, max)));
}

close_code close_code_in(const json::object& o) {
  const std::uint64_t code = number_field(o, "code");
  if (code > std::numeric_limits<std::uint16_t>::max()) throw_field("code", "a close code");
  return static_cast<close_code>(code);
}

history_page page_in(const json::object& o, std::string ref) {
  history_page page;
  page.ref = std::move(ref);
  page.room = string_field(o, "room");
  page.entries = list_field<entry>(o, "entries", entry_in);
  page.earlier = bool_field(o, "earlier");
  page.more = bool_field(o, "more");
  page.gap = optional_number(o, "gap");
  page.another_log = optional_bool(o, "another_log");
  return page;
}

event event_in(const json::object& o) {
  const std::string kind = string_field(o, "kind");
  if (kind == "joined") {
    return member_joined{string_field(o, "room"), string_field(o, "name"),
                         optional_bool(o, "guest"), optional_string(o, "proof").value_or("")};
  }
  if (kind == "left") return member_left{string_field(o, "room"), string_field(o, "name")};
  if (kind == "renamed") {
    return member_renamed{string_field(o, "room"), string_field(o, "from"), string_field(o, "to")};
  }
  if (kind == "direct") {
    return direct_message{string_field(o, "from"), string_field(o, "to"), time_in(o),
                          string_field(o, "text"), optional_string(o, "proof").value_or("")};
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
    return reply_in(o, std::move(ref));
  }
  if (type == "error") {
    return refused{std::move(ref), errc_of(string_field(o, "code")), string_field(o, "message")};
  }
  if (type == "room") {
    return room_state{std::move(ref),
                      string_field(o, "room"),
                      string_field(o, "topic"),
                      strings_field(o, "members"),
                      position_in(o, "head"),
                      optional_strings(o, "guests"),
                      optional_strings(o, "proofs"),
                      optional_number(o, "read").value_or(0)};
  }
  if (type == "history") return page_in(o, std::move(ref));
  if (type == "welcome") {
    return welcome{string_field(o, "name"),
                   string_field(o, "server"),
                   static_cast<std::size_t>(number_field(o, "text_bytes")),
                   strings_field(o, "commands"),
                   optional_string(o, "resume").value_or(""),
                   idle_time_in(o),
                   syntax_in(o)};
  }
  if (type == "pong") return pong{std::move(ref)};
  if (type == "goodbye") {
    return goodbye{{close_code_in(o), string_field(o, "phrase")}};
  }
  throw_unknown("message of an unknown type", type);
}

struct event_encoder {
  std::string operator()(const entry& e) const {
    message_writer o("event", e.text.size());
    put_entry(*o, e);
    return o.frame();
  }
  std::string operator()(const member_joined& m) const {
    message_writer o("event");
    put_presence(*o, "joined", m.room, m.name);
    if (m.guest) o->put("guest", true);
    if (!m.proof.empty()) o->put("proof", m.proof);
    return o.frame();
  }
  std::string operator()(const member_left& m) const {
    message_writer o("event");
    put_presence(*o, "left", m.room, m.name);
    return o.frame();
  }
  std::string operator()(const member_renamed& m) const {
    message_writer o("event");
    o->put("kind", "renamed");
    o->put("room", m.room);
    o->put("from", m.from);
    o->put("to", m.to);
    return o.frame();
  }
  std::string operator()(const direct_message& m) const {
    message_writer o("event");
    o->put("kind", "direct");
    o->put("from", m.from);
    o->put("to", m.to);
    o->put("time", milliseconds(m.time));
    o->put("text", m.text);
    if (!m.proof.empty()) o->put("proof", m.proof);
    return o.frame();
  }
  std::string operator()(const acknowledged& a) const {
    message_writer o("ack");
    o->put("id", a.id);
    o->put("room", a.room);
    o->put("position", a.at);
    o->put("time", milliseconds(a.time));
    o->put("duplicate", a.duplicate);
    return o.frame();
  }
  std::string operator()(const reply& r) const {
    message_writer o("reply");
    o->put("ref", r.ref);
    o->put("command", r.command);
    if (r.data && r.data_alone) {
      put_answer(o, *r.data);
      return o.frame();
    }
    reply_lines made;
    if (r.data) made = show(*r.data);
    std::size_t bytes_left = bytes_left_beside({});
    o->put("lines", r.data ? made.lines : r.lines, bytes_left);
    o->put("items", r.data ? made.items : r.items, bytes_left);
    return o.frame();
  }
  std::string operator()(const refused& r) const {
    message_writer o("error");
    o->put("ref", r.ref);
    o->put("code", name_of(r.code));
    o->put("message", r.message);
    return o.frame();
  }
  std::string operator()(const room_state& r) const {
    message_writer o("room");
    o->put("ref", r.ref);
    o->put("room", r.room);
    o->put("topic", r.topic);
    std::size_t bytes_left = bytes_left_beside(r.topic);
    o->put("members", r.members, bytes_left);
    o->put("head", r.head);
    if (!r.guests.empty()) o->put("guests", r.guests, bytes_left);
    if (!r.proofs.empty()) o->put("proofs", r.proofs, bytes_left);
    if (r.read > 0) o->put("read", r.read);
    return o.frame();
  }
  std::string operator()(const entries_missed& m) const {
    message_writer o("event");
    o->put("kind", "gap");
    o->put("room", m.room);
    o->put("after", m.after);
    o->put("next", m.next);
    return o.frame();
  }
  std::string operator()(const history_page& p) const {
    message_writer o("history");
    o->put("ref", p.ref);
    o->put("room", p.room);
    const bool all = put_list(o, *o, "entries", p.entries, put_entry) == p.entries.size();
    o->put("earlier", p.earlier);
    o->put("more", p.more || !all);
    if (p.gap) o->put("gap", *p.gap);
    if (p.another_log) o->put("another_log", true);
    return o.frame();
  }

 private:
  static void put_presence(object_writer& o, std::string_view kind, const std::string& room,
                           const std::string& name) {
    o.put("kind", kind);
    o.put("room", room);
    o.put("name", name);
  }
};

} // namespace

decoded<message> parse_message(std::string_view payload) {
  return decode<message>(payload, message_in);
}

std::string encode(const welcome& w) {
  message_writer o("welcome");
  o->put("name", w.name);
  o->put("server", w.server);
  o->put("text_bytes", w.text_bytes);
  std::size_t bytes_left = bytes_left_beside({});
  o->put("commands", w.commands, bytes_left);
  if (!w.resume.empty()) o->put("resume", w.resume);
  if (w.idle_time) o->put("idle_ms", w.idle_time->count());
  if (!w.syntax.empty()) put_list(o, *o, "syntax", w.syntax, put_command);
  return o.frame();
}

std::string encode(const pong& p) {
  message_writer o("pong");
  o->put("ref", p.ref);
  return o.frame();
}

std::string encode(const goodbye& g) {
  message_writer o("goodbye");
  o->put("code", static_cast<std::uint16_t>(g.reason.code));
  o->put("phrase", g.reason.phrase);
  o->put("reconnect", g.reason.reconnect());
  return o.frame();
}

std::string encode(const event& e) {
  return std::visit(event_encoder{}, e);
}

} // namespace asio_chat::wire::native
