// What a client sends.
#include "model/references.hpp"
#include "wire/message_writer.hpp"
#include "wire/native_parts.hpp"

#include <array>
#include <utility>

namespace asio_chat::wire::native {

namespace {

std::optional<position> optional_position(const json::object& o, std::string_view name) {
  const json::value* v = o.if_contains(name);
  if (v == nullptr || v->is_null()) return std::nullopt;
  return position_in(o, name);
}

std::optional<std::size_t> optional_size(const json::object& o, std::string_view name) {
  const auto n = optional_number(o, name);
  return n ? std::optional(static_cast<std::size_t>(*n)) : std::nullopt;
}

/// By the name of their field.
constexpr std::array<std::pair<log_range::side, std::string_view>, 3> sides{{
    {log_range::side::after, "after"},
    {log_range::side::before, "before"},
    {log_range::side::around, "around"},
}};

log_range range_in(const json::object& o) {
  log_range part;
  bool found = false;
  for (const auto& [side, name] : sides) {
    const auto from = optional_position(o, name);
    if (!from) continue;
    if (std::exchange(found, true)) throw_field(name, "alone: only one of after, before, around");
    part.where = side;
    part.from = *from;
  }
  part.entries = optional_size(o, "limit").value_or(part.entries);
  return part;
}

request request_in(const json::object& o, const std::string& ref) {
  const std::string type = string_field(o, "type");
  if (type == "send") {
    send s{id_in(o, "id", true),
           optional_string(o, "room").value_or(""),
           {},
           kind_of(optional_string(o, "kind").value_or("message"))};
    if (s.kind == entry_kind::topic) throw_field("kind", "message or action");
    s.refers = reference_to_entry_in(o);
    s.text = says_nothing(s.refers.how) ? optional_string(o, "text").value_or("")
                                        : string_field(o, "text");
    if (s.refers.how == entry_reference::kind::none && find(o, "refers"))
      throw_field("how", "one of edit, delete, reply, reaction, pin, unpin");
    return s;
  }
  if (type == "command") {
    return command_line{ref, optional_string(o, "room").value_or(""), string_field(o, "line")};
  }
  if (type == "ping") return ping{ref};
  if (type == "join") {
    return join{ref, string_field(o, "room"), optional_position(o, "after"),
                optional_size(o, "history")};
  }
  if (type == "leave") return leave{ref, string_field(o, "room")};
  if (type == "history") {
    return history{ref, optional_string(o, "room").value_or(""), range_in(o)};
  }
  if (type == "hello") {
    return hello{optional_string(o, "name").value_or(""),
                 optional_string(o, "passphrase"),
                 optional_string(o, "room"),
                 optional_string(o, "agent").value_or(""),
                 optional_string(o, "resume"),
                 optional_position(o, "after"),
                 optional_size(o, "history"),
                 optional_string(o, "replies").value_or("") == "data",
                 {},
                 optional_string(o, "direct").value_or("") == "rooms"};
  }
  if (type == "bye") return bye{};
  throw_unknown("message of an unknown type", type);
}

struct request_encoder {
  std::string operator()(const hello& h) const {
    message_writer o("hello");
    if (!h.name.empty()) o->put("name", h.name);
    if (h.passphrase) o->put("passphrase", *h.passphrase);
    if (h.room) o->put("room", *h.room);
    if (!h.agent.empty()) o->put("agent", h.agent);
    if (h.resume) o->put("resume", *h.resume);
    put_beginning(o, h);
    if (h.data_replies) o->put("replies", "data");
    if (h.direct_rooms) o->put("direct", "rooms");
    return o.frame();
  }
  std::string operator()(const join& j) const {
    message_writer o("join");
    o->put("ref", j.ref);
    o->put("room", j.room);
    put_beginning(o, j);
    return o.frame();
  }
  std::string operator()(const leave& l) const {
    message_writer o("leave");
    o->put("ref", l.ref);
    o->put("room", l.room);
    return o.frame();
  }
  std::string operator()(const send& s) const {
    message_writer o("send");
    o->put("id", s.id);
    o->put("room", s.room);
    o->put("text", s.text);
    if (s.kind != entry_kind::message) o->put("kind", name_of_kind(s.kind));
    put_reference(*o, s.refers);
    return o.frame();
  }
  std::string operator()(const command_line& c) const {
    message_writer o("command");
    o->put("ref", c.ref);
    o->put("room", c.room);
    o->put("line", c.line);
    return o.frame();
  }
  std::string operator()(const history& h) const {
    message_writer o("history");
    o->put("ref", h.ref);
    o->put("room", h.room);
    o->put(sides[static_cast<std::size_t>(h.part.where)].second, h.part.from);
    o->put("limit", h.part.entries);
    return o.frame();
  }
  std::string operator()(const ping& p) const {
    message_writer o("ping");
    o->put("ref", p.ref);
    return o.frame();
  }
  std::string operator()(const bye&) const { return message_writer("bye").frame(); }

 private:
  static void put_beginning(message_writer& o, const auto& asked) {
    if (asked.after) o->put("after", *asked.after);
    if (asked.history) o->put("history", *asked.history);
  }
};

} // namespace

decoded<request> parse_request(std::string_view payload) {
  return decode<request>(payload, request_in);
}

std::string encode(const request& r) {
  return std::visit(request_encoder{}, r);
}

} // namespace asio_chat::wire::native
