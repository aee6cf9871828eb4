// Writing and reading the fields of protobuf messages, with the rules of this protocol.
#pragma once

#include "wire/compact_schema.hpp"
#include "wire/frame.hpp"
#include "wire/native_codec.hpp"

#include <protozero/pbf_builder.hpp>
#include <protozero/pbf_message.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_chat::wire::compact {

/// Thrown by the readers below, caught by `read_whole`.
struct unreadable {
  failure why;
};

/// @throws unreadable
[[noreturn]] void throw_unreadable(std::string why);
/// @throws unreadable, with `errc::unknown_type`
[[noreturn]] void throw_unknown(std::string_view what, std::uint64_t number);
[[noreturn]] void throw_wrong_type(std::uint32_t field);
/// @throws unreadable if it is not UTF-8
std::string_view checked_utf8(std::string_view text);

// Writing: a field that has its default is left out, as protobuf does it.

/// The fields of one message, in the order of their numbers.
template <class Field>
class writer {
 public:
  explicit writer(std::string& out)
      : out_(out) {}

  void text(Field f, std::string_view value) {
    if (!value.empty()) text_always(f, value);
  }
  void text_always(Field f, std::string_view value) {
    out_.add_string(f, value.data(), value.size());
  }
  void number(Field f, std::uint64_t value) {
    if (value != 0) number_always(f, value);
  }
  void number_always(Field f, std::uint64_t value) { out_.add_uint64(f, value); }
  void signed_number(Field f, std::int64_t value) {
    if (value != 0) out_.add_sint64(f, value);
  }
  void flag(Field f, bool value) {
    if (value) out_.add_bool(f, true);
  }
  void fixed(Field f, std::uint64_t value) {
    if (value != 0) out_.add_fixed64(f, value);
  }
  /// Also if it is empty.
  void message(Field f, std::string_view body) { out_.add_message(f, body.data(), body.size()); }
  void signed_numbers(Field f, const std::vector<std::int64_t>& all) {
    if (!all.empty()) out_.add_packed_sint64(f, all.begin(), all.end());
  }

  /// As many of them, made by `body_of`, as fit into so many bytes, which are taken off; how many.
  template <class List, class Make>
  std::size_t list(Field f, const List& all, std::size_t& bytes_left, Make body_of) {
    std::size_t n = 0;
    for (const auto& one : all) {
      const std::string body = body_of(one);
      const std::size_t bytes = body.size() + field_overhead;
      if (bytes > bytes_left) break;
      bytes_left -= bytes;
      message(f, body); // a string is written in the same way
      ++n;
    }
    return n;
  }

 private:
  static constexpr std::size_t field_overhead = 1 + 3;

  protozero::pbf_builder<Field> out_;
};

/// The bytes of a message without those of its field.
template <class Field, class Write>
std::string body(Write write) {
  std::string out;
  writer<Field> fields(out);
  write(fields);
  return out;
}

/// A whole frame with one message in it.
template <class Field>
std::string frame_of(Field what, std::string_view body) {
  std::string out;
  out.reserve(header_bytes + 6 + body.size());
  out.assign(header_bytes, '\0');
  writer<Field>(out).message(what, body);
  set_length(out, out.size() - header_bytes);
  return out;
}

/// What a frame has for lists, besides texts of so many bytes.
std::size_t bytes_for_lists(std::size_t text_bytes = 0) noexcept;

// Reading: everything that a stranger can get wrong is thrown as `unreadable`.

/// One field after the other; unknown ones are passed over.
template <class Field>
class reader {
 public:
  explicit reader(std::string_view bytes)
      : in_(bytes.data(), bytes.size()) {}

  /// @throws protozero::exception
  bool next() { return in_.next(); }
  Field field() const noexcept { return in_.tag(); }
  void skip() { in_.skip(); }
  /// Whether the field is written in this way; if it is not, it counts as unknown.
  bool is(protozero::pbf_wire_type type) const noexcept { return in_.wire_type() == type; }

  std::string_view bytes() {
    need(protozero::pbf_wire_type::length_delimited);
    const auto view = in_.get_view();
    return {view.data(), view.size()};
  }
  /// Valid UTF-8.
  std::string_view text() { return checked_utf8(bytes()); }
  std::string string() { return std::string(text()); }
  std::uint64_t number() {
    need(protozero::pbf_wire_type::varint);
    return in_.get_uint64();
  }
  std::int64_t signed_number() {
    need(protozero::pbf_wire_type::varint);
    return in_.get_sint64();
  }
  bool flag() { return number() != 0; }
  std::uint64_t fixed() {
    need(protozero::pbf_wire_type::fixed64);
    return in_.get_fixed64();
  }
  /// Packed, or one of them.
  void signed_numbers(std::vector<std::int64_t>& all) {
    if (is(protozero::pbf_wire_type::varint)) return all.push_back(in_.get_sint64());
    need(protozero::pbf_wire_type::length_delimited);
    for (const std::int64_t one : in_.get_packed_sint64())
      all.push_back(one);
  }

 private:
  void need(protozero::pbf_wire_type type) const {
    if (!is(type)) throw_wrong_type(static_cast<std::uint32_t>(in_.tag()));
  }

  protozero::pbf_message<Field> in_;
};

// What many messages have.

std::string body_of(const position& p);
position position_in(std::string_view body);
std::uint64_t milliseconds(wall_time t);
/// @throws unreadable after the year 9999
wall_time time_of(std::uint64_t ms);
/// @throws unreadable
wall_time time_of(wall_time base, std::int64_t later);
/// Of an entry that was destroyed that of a message: another field says more.
std::uint64_t number_of_kind(entry_kind k) noexcept;
/// None: it is not known here.
std::optional<entry_kind> find_kind(std::uint64_t number) noexcept;
/// 0 for `none`: it is left out.
std::uint64_t number_of_how(entry_reference::kind how) noexcept;
/// None: it is not known here.
std::optional<entry_reference::kind> find_how(std::uint64_t number) noexcept;
/// Of at most `native::id_bytes`.
/// @throws unreadable
std::string short_text(std::string_view text);

std::string body_of(const command_info& c);
command_info command_in(std::string_view body);
std::string body_of(const entry& e, std::string_view room_of_page);
/// Its room is empty if that is the page's.
entry page_entry_in(std::string_view body);
/// Of entries that do not name theirs.
void fill_rooms(std::vector<entry>& entries, const std::string& room);

/// The data of a reply; what does not fit is left out, and the data say so.
std::string body_of(const reply_data& d);
/// None if the kind is not known here.
std::optional<reply_data> data_in(std::string_view body);

} // namespace asio_chat::wire::compact
