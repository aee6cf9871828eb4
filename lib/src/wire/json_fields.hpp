// Reading the fields of a JSON object that a stranger sent.
#pragma once

#include <asio_chat/error.hpp>

#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_chat::wire {

namespace json = boost::json;

/// Thrown by the readers below, caught by the codec that called them.
struct field_error {
  explicit field_error(failure f)
      : why(std::move(f)) {}
  failure why;
};

/// @throws field_error that says what the field has to be
[[noreturn]] void throw_field(std::string_view name, std::string_view what_it_must_be);

/// Memory for the values of one message, on the stack as long as it is short: nothing is allocated
/// for each of them.
class json_scratch {
 public:
  json::storage_ptr storage() noexcept { return &resource_; }

 private:
  std::array<unsigned char, 4096> memory_;
  json::monotonic_resource resource_{memory_.data(), memory_.size()};
};

/// One JSON object, not deeper than 8 levels.
json::object parse_object(std::string_view payload, json::storage_ptr storage);

/// Null if there is none, or if its value is null.
const json::value* find(const json::object& o, std::string_view name) noexcept;

std::string string_field(const json::object& o, std::string_view name);
std::uint64_t number_field(const json::object& o, std::string_view name);
bool bool_field(const json::object& o, std::string_view name);
const json::object& object_field(const json::object& o, std::string_view name);
const json::array& array_field(const json::object& o, std::string_view name);
std::vector<std::string> strings_field(const json::object& o, std::string_view name);
/// Absent and null are the same.
std::optional<std::string> optional_string(const json::object& o, std::string_view name);
std::optional<std::uint64_t> optional_number(const json::object& o, std::string_view name);
/// Absent is empty.
std::vector<std::string> optional_strings(const json::object& o, std::string_view name);
/// Absent is false.
bool optional_bool(const json::object& o, std::string_view name);

} // namespace asio_chat::wire
