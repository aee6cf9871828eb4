#include "wire/native_fields.hpp"

#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "wire/broken_payload.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <system_error>

namespace asio_chat::wire::native {

namespace {

constexpr std::size_t tag_digits = 16;

constexpr std::array<std::pair<entry_kind, std::string_view>, 3> kinds{{
    {entry_kind::message, "message"},
    {entry_kind::action, "action"},
    {entry_kind::topic, "topic"},
}};

} // namespace

std::string_view name_of_kind(entry_kind k) {
  if (k == entry_kind::destroyed) return "message"; // and a field of its own says more
  return kinds[static_cast<std::size_t>(k)].second;
}

std::optional<entry_kind> find_kind(std::string_view name) {
  for (const auto& [kind, its_name] : kinds) {
    if (its_name == name) return kind;
  }
  return std::nullopt;
}

entry_kind kind_of(std::string_view name) {
  if (const auto kind = find_kind(name)) return *kind;
  throw_field("kind", "one of message, action, topic");
}

position position_in(const json::object& o, std::string_view name) {
  const json::object& p = object_field(o, name);
  position at{number_field(p, "epoch"), number_field(p, "offset")};
  const auto tag = optional_string(p, "tag");
  if (!tag) return at;
  const auto [end, error] = std::from_chars(tag->data(), tag->data() + tag->size(), at.tag, 16);
  if (tag->size() != tag_digits || error != std::errc() || end != tag->data() + tag->size())
    throw_field("tag", fmt::format("{} hexadecimal digits", tag_digits));
  at.tag_offset = optional_number(p, "tag_offset").value_or(at.offset);
  return at;
}

std::string id_in(const json::object& o, std::string_view name, bool required) {
  std::string id = required ? string_field(o, name) : optional_string(o, name).value_or("");
  if (id.size() > id_bytes || (required && id.empty())) {
    throw_field(name, fmt::format("a string of 1 to {} bytes", id_bytes));
  }
  return id;
}

void throw_unknown(std::string_view what, std::string_view word) {
  const std::string clean = sanitize(word.substr(0, 100));
  throw field_error(
      fail(errc::unknown_type, fmt::format("{}: {}", what, prefix_of_bytes(clean, 40))));
}

std::string reference_in(const json::object& o) {
  const json::value* type = find(o, "type");
  return id_in(o,
               reference_field(type && type->is_string() ? type->get_string() : "",
                               find(o, "ref") != nullptr, find(o, "id") != nullptr),
               false);
}

std::string reference_of_bad(const json::object* o, std::string_view payload) {
  try {
    if (o) return reference_in(*o);
  } catch (const field_error&) {
    return {};
  }
  std::string found = scan_reference(payload);
  return found.size() <= id_bytes ? found : std::string();
}

void check_version(const json::object& o) {
  if (const auto v = optional_number(o, "v"); v && *v != version) {
    throw field_error(
        fail(errc::unsupported_version,
             fmt::format("protocol version {} is not spoken here, version {} is", *v, version)));
  }
}

} // namespace asio_chat::wire::native
