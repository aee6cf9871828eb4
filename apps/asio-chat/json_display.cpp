#include "json_display.hpp"

#include "base/sanitize.hpp"
#include "model/command_text.hpp"
#include "model/references.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <variant>

namespace asio_chat::app {

namespace {

namespace json = boost::json;

/// `sanitize` has replaced control characters. This escapes other characters that control a
/// display, although JSON does not demand it.
std::string line_of(const json::object& o) {
  return sanitize_json_for_terminal(json::serialize(o));
}

std::string valid(std::string_view text) {
  return sanitize(text);
}

json::array strings(const std::vector<std::string>& values) {
  json::array a;
  for (const std::string& v : values)
    a.emplace_back(valid(v));
  return a;
}

std::string iso(wall_time t) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(t);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                     (t - seconds).count());
}

std::string name_of_error(const error_code& code) {
  return code.category() == chat_category() ? std::string(name_of(static_cast<errc>(code.value())))
                                            : valid(code.message());
}

json::object place(const position& p) {
  return {{"epoch", p.epoch}, {"offset", p.offset}};
}

/// The line that an event answers, by its number and by the name that it gave itself.
/// A command that says something is acknowledged without a place, and has a `ref` as other ones.
bool names_message(const client_event& e) {
  const auto* kept = std::get_if<acknowledged>(&e);
  return kept && !kept->room.empty();
}

void name_line(json::object& o, const line_origin& line, std::string_view name_of_ref) {
  if (line.number != 0) o["line"] = line.number;
  if (!line.ref.empty()) o[name_of_ref] = valid(line.ref);
}

json::object entry_object(const entry& e) {
  constexpr const char* kinds[] = {"message", "action", "topic", "message"};
  json::object o{{"event", kinds[static_cast<std::size_t>(e.kind)]},
                 {"room", valid(e.room)},
                 {"from", valid(e.from)},
                 {"text", valid(e.text)},
                 {"time", iso(e.time)},
                 {"position", place(e.at)}};
  if (!e.address.empty()) o["address"] = valid(e.address);
  if (e.kind == entry_kind::destroyed) o["destroyed"] = true;
  if (e.refers.how != entry_reference::kind::none)
    o["refers"] = {{"how", name_of(e.refers.how)}, {"offset", e.refers.offset}};
  return o;
}

json::array entry_objects(const std::vector<entry>& entries) {
  json::array all;
  for (const entry& e : entries)
    all.emplace_back(entry_object(e));
  return all;
}

json::object command_object(const command_info& c) {
  json::array arguments;
  for (const command_argument& a : c.arguments) {
    json::object o{{"name", valid(a.name)}, {"kind", name_of(a.kind)}, {"optional", a.optional}};
    if (!a.key.empty()) o["key"] = valid(a.key);
    if (a.secret) o["secret"] = true;
    if (a.kind == argument_kind::number) o["min"] = a.min, o["max"] = a.max;
    if (!a.help.empty()) o["help"] = valid(a.help);
    arguments.emplace_back(std::move(o));
  }
  json::object o{{"name", valid(c.name)},
                 {"usage", valid(usage_of(c))},
                 {"arguments", std::move(arguments)},
                 {"help", valid(c.help)}};
  if (!c.details.empty()) o["details"] = valid(c.details);
  return o;
}

/// The data of a reply, by the names that the native protocol has for them.
struct data_of {
  json::object operator()(const answers::members& m) const {
    json::object o{{"kind", "members"}, {"room", valid(m.room)}, {"names", strings(m.names)}};
    if (!m.guests.empty()) o["guests"] = strings(m.guests);
    if (!m.displayed.empty()) o["displayed"] = strings(m.displayed);
    if (!m.away.empty()) o["away"] = strings(m.away);
    return list_end(std::move(o), m.total, m.next);
  }
  json::object operator()(const answers::rooms& r) const {
    json::array rooms;
    for (const answers::rooms::one& room : r.list) {
      rooms.emplace_back(json::object{
          {"name", valid(room.name)}, {"members", room.members}, {"topic", valid(room.topic)}});
    }
    return list_end({{"kind", "rooms"}, {"rooms", std::move(rooms)}}, r.total, r.next);
  }
  json::object operator()(const answers::topic& t) const {
    return {{"kind", "topic"}, {"room", valid(t.room)}, {"topic", valid(t.text)}};
  }
  json::object operator()(const answers::log& l) const {
    return {{"kind", "log"},
            {"room", valid(l.room)},
            {"entries", entry_objects(l.entries)},
            {"asked", l.asked},
            {"earlier", l.earlier}};
  }
  json::object operator()(const answers::found& f) const {
    return {{"kind", "found"},
            {"room", valid(f.room)},
            {"entries", entry_objects(f.entries)},
            {"more", f.more},
            {"incomplete", f.incomplete}};
  }
  json::object operator()(const answers::commands& c) const {
    json::array all;
    for (const command_info& one : c.list)
      all.emplace_back(command_object(one));
    return {{"kind", "commands"}, {"commands", std::move(all)}};
  }
  json::object operator()(const answers::command& c) const {
    return {{"kind", "command"}, {"about", command_object(c.about)}};
  }
  json::object operator()(const answers::sent& s) const {
    return {{"kind", "sent"}, {"to", valid(s.to)}, {"text", valid(s.text)}, {"time", iso(s.time)}};
  }
  json::object operator()(const answers::left& l) const {
    return {{"kind", "left"}, {"room", valid(l.room)}};
  }
  json::object operator()(const answers::own_name& n) const {
    return {{"kind", "own_name"}, {"name", valid(n.name)}, {"announced", n.announced}};
  }
  json::object operator()(const answers::protection& p) const {
    if (!p.encrypted) return {{"kind", "protection"}, {"encrypted", false}};
    json::object o{{"kind", "protection"},
                   {"encrypted", true},
                   {"version", valid(p.version)},
                   {"cipher_suite", valid(p.cipher_suite)},
                   {"group", valid(p.group)},
                   {"server_subject", valid(p.server_subject)},
                   {"server_sha256", valid(p.server_sha256)}};
    if (!p.client_subject.empty()) o["client_subject"] = valid(p.client_subject);
    return o;
  }

 private:
  static json::object list_end(json::object o, std::size_t total, const std::string& next) {
    o["total"] = total;
    if (!next.empty()) o["next"] = valid(next);
    return o;
  }
};

struct object_of {
  json::object operator()(const entry& e) const { return entry_object(e); }
  json::object operator()(const member_joined& m) const {
    json::object o{{"event", "joined"}, {"room", valid(m.room)}, {"name", valid(m.name)}};
    if (m.guest) o["guest"] = true;
    if (!m.proof.empty()) o["proof"] = valid(m.proof);
    return o;
  }
  json::object operator()(const member_left& m) const {
    return {{"event", "left"}, {"room", valid(m.room)}, {"name", valid(m.name)}};
  }
  json::object operator()(const member_renamed& m) const {
    return {{"event", "renamed"},
            {"room", valid(m.room)},
            {"from", valid(m.from)},
            {"to", valid(m.to)}};
  }
  json::object operator()(const direct_message& m) const {
    json::object o{{"event", "private"},
                   {"from", valid(m.from)},
                   {"to", valid(m.to)},
                   {"text", valid(m.text)},
                   {"time", iso(m.time)}};
    if (!m.proof.empty()) o["proof"] = valid(m.proof);
    return o;
  }
  json::object operator()(const acknowledged& a) const {
    json::object o{{"event", "acknowledged"}};
    if (a.at.offset == 0) return o; // of a command: the server has said no more of it
    o["room"] = valid(a.room);
    o["time"] = iso(a.time);
    o["position"] = place(a.at);
    return o;
  }
  json::object operator()(const reply& r) const {
    json::object o{{"event", "reply"},
                   {"command", valid(r.command)},
                   {"lines", strings(r.lines)},
                   {"items", strings(r.items)}};
    if (r.data) o["data"] = std::visit(data_of{}, *r.data);
    return o;
  }
  json::object operator()(const refused& r) const {
    return {{"event", "error"}, {"code", name_of(r.code)}, {"message", valid(r.message)}};
  }
  json::object operator()(const room_state& s) const {
    json::object o{{"event", "room"},
                   {"room", valid(s.room)},
                   {"topic", valid(s.topic)},
                   {"members", strings(s.members)},
                   {"position", place(s.head)}};
    if (!s.guests.empty()) o["guests"] = strings(s.guests);
    if (!s.proofs.empty()) o["proofs"] = strings(s.proofs);
    if (s.read > 0) o["read"] = s.read;
    return o;
  }
  json::object operator()(const entries_missed& m) const {
    return {{"event", "gap"},
            {"room", valid(m.room)},
            {"after", place(m.after)},
            {"next", place(m.next)}};
  }
  json::object operator()(const history_page& p) const {
    json::object o{
        {"event", "history"}, {"room", valid(p.room)}, {"entries", entry_objects(p.entries)}};
    if (p.gap) o["gap"] = *p.gap;
    return o;
  }
  json::object operator()(const connected& c) const {
    return {{"event", "connected"},
            {"name", valid(c.name)},
            {"again", c.again},
            {"tls", c.tls.version},
            {"cipher", c.tls.cipher_suite},
            {"verified_by", c.tls.verified_by},
            {"commands", strings(c.commands)}};
  }
  json::object operator()(const disconnected& d) const {
    json::object o{{"event", "disconnected"},
                   {"code", static_cast<std::uint16_t>(d.reason.code)},
                   {"reason", valid(d.reason.phrase)}};
    if (d.retry_in) o["retry_ms"] = d.retry_in->count();
    if (d.attempt) o["attempt"] = name_of_error(d.attempt);
    return o;
  }
};

} // namespace

std::vector<shown_line> json_display::show(const client_event& e, std::string_view,
                                           const line_origin& answered) {
  json::object o = std::visit(object_of{}, e);
  name_line(o, answered, names_message(e) ? "id" : "ref");
  return {{shown_line::kind::chat, line_of(o)}};
}

std::vector<shown_line> json_display::show(const changed_member& m) {
  json::object o{{"event", "changed"}, {"room", valid(m.room)}, {"name", valid(m.name)}};
  if (m.guest) o["guest"] = true;
  return {{shown_line::kind::chat, line_of(o)}};
}

std::string json_error(const error_code& code, std::string_view message, const line_origin& line) {
  json::object o{{"event", "error"}, {"code", name_of_error(code)}, {"message", valid(message)}};
  name_line(o, line, "ref");
  return line_of(o);
}

} // namespace asio_chat::app
