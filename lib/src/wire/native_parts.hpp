// The larger parts of messages of the native protocol: entries, lists, answers.
#pragma once

#include "wire/frame.hpp"
#include "wire/message_writer.hpp"
#include "wire/native_fields.hpp"

#include <asio_chat/event.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_chat::wire::native {

/// Left of a frame for what comes behind a list: flags, numbers and a name.
inline constexpr std::size_t bytes_behind_a_list = 256;

/// As many of `all` as fit into the frame; how many those are.
/// @param in where the list is a field: of the message itself, or of an object in it
template <class T>
std::size_t put_list(message_writer& o, object_writer& in, std::string_view name,
                     const std::vector<T>& all, void (*put)(object_writer&, const T&)) {
  std::string& out = in.begin(name);
  out.push_back('[');
  std::size_t n = 0;
  for (const T& one : all) {
    const std::size_t before = out.size();
    if (n > 0) out.push_back(',');
    object_writer fields(out);
    put(fields, one);
    fields.end();
    if (o.size() + bytes_behind_a_list > native_payload_cap) {
      out.resize(before);
      break;
    }
    ++n;
  }
  out.push_back(']');
  return n;
}

/// @throws field_error
template <class T>
std::vector<T> list_field(const json::object& o, std::string_view name,
                          T (*read)(const json::object&)) {
  std::vector<T> all;
  for (const json::value& v : array_field(o, name)) {
    if (!v.is_object()) throw_field(name, "an array of objects");
    all.push_back(read(v.get_object()));
  }
  return all;
}

/// The field `refers`, where there is something that is referred to.
void put_reference(object_writer& o, const entry_reference& r);
/// How it refers is not known here: `none`.
entry_reference reference_to_entry_in(const json::object& o);

/// The fields of an entry, without the envelope.
void put_entry(object_writer& o, const entry& e);
entry entry_in(const json::object& o);

std::int64_t milliseconds(wall_time t);
wall_time time_in(const json::object& o);

/// A command and its arguments; phrases are left out where they are empty.
void put_command(object_writer& o, const command_info& c);
command_info command_in(const json::object& o);
/// Of a welcome; empty where it does not tell them.
std::vector<command_info> syntax_in(const json::object& o);

/// The field `data` of a reply. What does not fit is left out, and the data say so: lists name
/// where to go on, of entries the newest are kept.
void put_answer(message_writer& o, const reply_data& a);
/// A reply in either form. Data of a kind that is not known here count as none.
reply reply_in(const json::object& o, std::string ref);

} // namespace asio_chat::wire::native
