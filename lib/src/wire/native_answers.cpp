// The data of replies.
#include "wire/native_parts.hpp"
#include "wire/reply_lines.hpp"

#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <variant>

namespace asio_chat::wire::native {

namespace {

/// How many bytes a frame has left for the elements of a list that begins now.
std::size_t bytes_left_in(const message_writer& o) {
  constexpr std::size_t name_and_brackets = 32;
  constexpr std::size_t all = native_payload_cap - bytes_behind_a_list - name_and_brackets;
  return all - std::min(all, o.size());
}

/// The newest of them, as many as fit; whether that is all.
bool put_newest(message_writer& o, object_writer& in, const std::vector<entry>& entries) {
  std::size_t left = bytes_left_in(o);
  auto first = entries.end();
  while (first != entries.begin()) {
    std::string one;
    object_writer fields(one);
    put_entry(fields, *std::prev(first));
    const std::size_t bytes = one.size() + 2;
    if (bytes > left) break;
    left -= bytes;
    --first;
  }
  put_list(o, in, "entries", std::vector<entry>(first, entries.end()), put_entry);
  return first == entries.begin();
}

void put_room(object_writer& o, const answers::rooms::one& r) {
  o.put("name", r.name);
  o.put("members", r.members);
  o.put("topic", r.topic);
}

answers::rooms::one room_in(const json::object& o) {
  return {string_field(o, "name"), static_cast<std::size_t>(number_field(o, "members")),
          string_field(o, "topic")};
}

struct answer_writer {
  message_writer& message;
  object_writer& o;

  void operator()(const answers::members& m) {
    o.put("kind", "members");
    o.put("room", m.room);
    std::size_t bytes_left = bytes_left_in(message);
    const std::size_t n = o.put("names", m.names, bytes_left);
    end_list(m.total, n < m.names.size() ? m.names[n] : m.next);
    if (!m.guests.empty()) o.put("guests", m.guests, bytes_left);
    if (!m.displayed.empty()) o.put("displayed", m.displayed, bytes_left);
    if (!m.away.empty()) o.put("away", m.away, bytes_left);
  }
  void operator()(const answers::rooms& r) {
    o.put("kind", "rooms");
    const std::size_t n = put_list(message, o, "rooms", r.list, put_room);
    end_list(r.total, n < r.list.size() ? r.list[n].name : r.next);
  }
  void operator()(const answers::topic& t) {
    o.put("kind", "topic");
    o.put("room", t.room);
    o.put("topic", t.text);
  }
  void operator()(const answers::log& l) {
    o.put("kind", "log");
    o.put("room", l.room);
    const bool all = put_newest(message, o, l.entries);
    o.put("asked", l.asked);
    o.put("earlier", l.earlier || !all);
  }
  void operator()(const answers::found& f) {
    o.put("kind", "found");
    o.put("room", f.room);
    const bool all = put_newest(message, o, f.entries);
    o.put("more", f.more || !all);
    o.put("incomplete", f.incomplete);
  }
  void operator()(const answers::commands& c) {
    o.put("kind", "commands");
    put_list(message, o, "commands", c.list, put_command);
  }
  void operator()(const answers::command& c) {
    o.put("kind", "command");
    object_writer fields(o.begin("about"));
    put_command(fields, c.about);
    fields.end();
  }
  void operator()(const answers::sent& s) {
    o.put("kind", "sent");
    o.put("to", s.to);
    o.put("text", s.text);
    o.put("time", milliseconds(s.time));
  }
  void operator()(const answers::left& l) {
    o.put("kind", "left");
    o.put("room", l.room);
  }
  void operator()(const answers::own_name& n) {
    o.put("kind", "own_name");
    o.put("name", n.name);
    o.put("announced", n.announced);
  }
  void operator()(const answers::protection& p) {
    o.put("kind", "protection");
    o.put("encrypted", p.encrypted);
    if (!p.encrypted) return;
    o.put("version", p.version);
    o.put("cipher_suite", p.cipher_suite);
    o.put("group", p.group);
    o.put("server_subject", p.server_subject);
    o.put("server_sha256", p.server_sha256);
    if (!p.client_subject.empty()) o.put("client_subject", p.client_subject);
  }

 private:
  void end_list(std::size_t total, const std::string& next) {
    o.put("total", total);
    if (!next.empty()) o.put("next", next);
  }
};

std::string text_or_nothing(const json::object& o, std::string_view name) {
  return optional_string(o, name).value_or("");
}

std::size_t size_field(const json::object& o, std::string_view name) {
  return static_cast<std::size_t>(number_field(o, name));
}

std::optional<reply_data> answer_in(const json::object& o) {
  const std::string kind = string_field(o, "kind");
  if (kind == "members") {
    return answers::members{string_field(o, "room"),       strings_field(o, "names"),
                            size_field(o, "total"),        text_or_nothing(o, "next"),
                            optional_strings(o, "guests"), optional_strings(o, "displayed"),
                            optional_strings(o, "away")};
  }
  if (kind == "rooms") {
    return answers::rooms{list_field<answers::rooms::one>(o, "rooms", room_in),
                          size_field(o, "total"), text_or_nothing(o, "next")};
  }
  if (kind == "topic") return answers::topic{string_field(o, "room"), string_field(o, "topic")};
  if (kind == "log") {
    return answers::log{string_field(o, "room"), list_field<entry>(o, "entries", entry_in),
                        size_field(o, "asked"), bool_field(o, "earlier")};
  }
  if (kind == "found") {
    return answers::found{string_field(o, "room"), list_field<entry>(o, "entries", entry_in),
                          bool_field(o, "more"), bool_field(o, "incomplete")};
  }
  if (kind == "commands")
    return answers::commands{list_field<command_info>(o, "commands", command_in)};
  if (kind == "command") return answers::command{command_in(object_field(o, "about"))};
  if (kind == "sent")
    return answers::sent{string_field(o, "to"), string_field(o, "text"), time_in(o)};
  if (kind == "left") return answers::left{string_field(o, "room")};
  if (kind == "own_name")
    return answers::own_name{string_field(o, "name"), bool_field(o, "announced")};
  if (kind == "protection") {
    return answers::protection{
        bool_field(o, "encrypted"),           text_or_nothing(o, "version"),
        text_or_nothing(o, "cipher_suite"),   text_or_nothing(o, "group"),
        text_or_nothing(o, "server_subject"), text_or_nothing(o, "server_sha256"),
        text_or_nothing(o, "client_subject")};
  }
  return std::nullopt;
}

} // namespace

void put_answer(message_writer& o, const reply_data& a) {
  object_writer fields(o->begin("data"));
  std::visit(answer_writer{o, fields}, a);
  fields.end();
}

reply reply_in(const json::object& o, std::string ref) {
  reply r{std::move(ref), string_field(o, "command"), {}, {}};
  const bool has_data = find(o, "data") != nullptr;
  std::optional<reply_data> data;
  if (has_data) data = answer_in(object_field(o, "data"));
  if (data) {
    r.data = make_reply_data(*std::move(data));
    r.data_alone = true;
    fill_lines(r, std::numeric_limits<std::size_t>::max());
    return r;
  }
  // Data that a newer server has come with lines for those who do not know them.
  if (!has_data || find(o, "lines")) r.lines = strings_field(o, "lines");
  if (!has_data || find(o, "items")) r.items = strings_field(o, "items");
  return r;
}

} // namespace asio_chat::wire::native
