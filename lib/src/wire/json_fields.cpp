#include "wire/json_fields.hpp"

#include "wire/broken_payload.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace asio_chat::wire {

namespace {

constexpr std::size_t max_depth = 8;

/// A whole number that is not negative, however the parser stored it.
std::optional<std::uint64_t> as_number(const json::value& v) noexcept {
  if (const auto* u = v.if_uint64()) return *u;
  if (const auto* i = v.if_int64(); i && *i >= 0) return static_cast<std::uint64_t>(*i);
  return std::nullopt;
}

} // namespace

void throw_field(std::string_view name, std::string_view what_it_must_be) {
  throw field_error(
      fail(errc::protocol_error, fmt::format("field «{}» must be {}", name, what_it_must_be)));
}

const json::value* find(const json::object& o, std::string_view name) noexcept {
  const json::value* v = o.if_contains(name);
  return v && !v->is_null() ? v : nullptr;
}

json::object parse_object(std::string_view payload, json::storage_ptr storage) {
  json::parse_options options;
  options.max_depth = max_depth;
  boost::system::error_code e;
  json::value v = json::parse(payload, e, std::move(storage), options);
  if (e || !v.is_object()) {
    throw field_error(
        fail(errc::protocol_error, e ? fmt::format("not JSON: {}", find_fault(payload, max_depth))
                                     : "a message must be a JSON object"));
  }
  return std::move(v.get_object());
}

std::string string_field(const json::object& o, std::string_view name) {
  if (auto s = optional_string(o, name)) return *std::move(s);
  throw_field(name, "a string");
}

std::uint64_t number_field(const json::object& o, std::string_view name) {
  if (const auto n = optional_number(o, name)) return *n;
  throw_field(name, "a whole number, not negative");
}

bool bool_field(const json::object& o, std::string_view name) {
  const json::value* v = find(o, name);
  if (!v || !v->is_bool()) throw_field(name, "true or false");
  return v->get_bool();
}

const json::object& object_field(const json::object& o, std::string_view name) {
  const json::value* v = find(o, name);
  if (!v || !v->is_object()) throw_field(name, "an object");
  return v->get_object();
}

const json::array& array_field(const json::object& o, std::string_view name) {
  const json::value* v = find(o, name);
  if (!v || !v->is_array()) throw_field(name, "an array");
  return v->get_array();
}

std::vector<std::string> strings_field(const json::object& o, std::string_view name) {
  std::vector<std::string> strings;
  for (const json::value& v : array_field(o, name)) {
    if (!v.is_string()) throw_field(name, "an array of strings");
    strings.emplace_back(v.get_string());
  }
  return strings;
}

std::optional<std::string> optional_string(const json::object& o, std::string_view name) {
  const json::value* v = find(o, name);
  if (!v) return std::nullopt;
  if (!v->is_string()) throw_field(name, "a string");
  return std::string(v->get_string());
}

std::optional<std::uint64_t> optional_number(const json::object& o, std::string_view name) {
  const json::value* v = find(o, name);
  if (!v) return std::nullopt;
  if (const auto n = as_number(*v)) return n;
  throw_field(name, "a whole number, not negative");
}

std::vector<std::string> optional_strings(const json::object& o, std::string_view name) {
  return find(o, name) ? strings_field(o, name) : std::vector<std::string>();
}

bool optional_bool(const json::object& o, std::string_view name) {
  return find(o, name) != nullptr && bool_field(o, name);
}

} // namespace asio_chat::wire
