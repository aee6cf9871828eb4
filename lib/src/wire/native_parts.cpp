#include "wire/native_parts.hpp"

#include "model/command_text.hpp"
#include "model/references.hpp"

#include <algorithm>
#include <chrono>

namespace asio_chat::wire::native {

namespace {

/// The end of the year 9999: later times are nobody's, and formatters throw at them.
constexpr std::uint64_t latest_time = 253'402'300'799'999;

void put_argument(object_writer& o, const command_argument& a) {
  o.put("name", a.name);
  o.put("kind", name_of(a.kind));
  if (!a.key.empty()) o.put("key", a.key);
  if (a.optional) o.put("optional", true);
  if (a.secret) o.put("secret", true);
  if (a.kind == argument_kind::number) {
    o.put("min", a.min);
    o.put("max", a.max);
  }
  if (!a.help.empty()) o.put("help", a.help);
}

command_argument argument_in(const json::object& o) {
  command_argument a;
  a.name = string_field(o, "name");
  // A kind that is not known here is completed like a word: not at all.
  a.kind = find_argument_kind(string_field(o, "kind")).value_or(argument_kind::word);
  a.key = optional_string(o, "key").value_or("");
  a.optional = optional_bool(o, "optional");
  a.secret = optional_bool(o, "secret");
  a.min = optional_number(o, "min").value_or(0);
  a.max = optional_number(o, "max").value_or(0);
  a.help = optional_string(o, "help").value_or("");
  return a;
}

} // namespace

std::int64_t milliseconds(wall_time t) {
  return t.time_since_epoch().count();
}

wall_time time_in(const json::object& o) {
  const std::uint64_t ms = number_field(o, "time");
  if (ms > latest_time) throw_field("time", "milliseconds since 1970, before the year 10000");
  return wall_time(std::chrono::milliseconds(static_cast<std::int64_t>(ms)));
}

void put_reference(object_writer& o, const entry_reference& r) {
  if (r.how == entry_reference::kind::none) return;
  object_writer fields(o.begin("refers"));
  fields.put("how", name_of(r.how));
  fields.put("offset", r.offset);
  fields.end();
}

entry_reference reference_to_entry_in(const json::object& o) {
  const json::value* v = find(o, "refers");
  if (v == nullptr) return {};
  const json::object& r = object_field(o, "refers");
  const auto how = find_reference(string_field(r, "how"));
  return how ? entry_reference{*how, number_field(r, "offset")} : entry_reference{};
}

void put_entry(object_writer& o, const entry& e) {
  o.put("kind", name_of_kind(e.kind));
  o.put("room", e.room);
  o.put("position", e.at);
  o.put("time", milliseconds(e.time));
  o.put("from", e.from);
  o.put("text", e.text);
  if (!e.address.empty()) o.put("address", e.address);
  if (e.kind == entry_kind::destroyed) o.put("destroyed", true);
  put_reference(o, e.refers);
}

entry entry_in(const json::object& o) {
  entry e;
  e.kind = kind_of(string_field(o, "kind"));
  e.room = string_field(o, "room");
  e.at = position_in(o, "position");
  e.time = time_in(o);
  e.from = string_field(o, "from");
  e.text = string_field(o, "text");
  e.address = optional_string(o, "address").value_or("");
  if (optional_bool(o, "destroyed")) e.kind = entry_kind::destroyed;
  e.refers = reference_to_entry_in(o);
  return e;
}

void put_command(object_writer& o, const command_info& c) {
  o.put("name", c.name);
  std::string& out = o.begin("arguments");
  out.push_back('[');
  for (const command_argument& a : c.arguments) {
    if (out.back() != '[') out.push_back(',');
    object_writer fields(out);
    put_argument(fields, a);
    fields.end();
  }
  out.push_back(']');
  if (!c.help.empty()) o.put("help", c.help);
  if (!c.details.empty()) o.put("details", c.details);
}

command_info command_in(const json::object& o) {
  return {string_field(o, "name"), list_field<command_argument>(o, "arguments", argument_in),
          optional_string(o, "help").value_or(""), optional_string(o, "details").value_or("")};
}

std::vector<command_info> syntax_in(const json::object& o) {
  if (!find(o, "syntax")) return {};
  return list_field<command_info>(o, "syntax", command_in);
}

} // namespace asio_chat::wire::native
