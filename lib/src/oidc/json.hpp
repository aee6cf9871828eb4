// Values of Jansson, which libjose is given.
#pragma once

#include <jansson.h>

#include <memory>
#include <string_view>

namespace asio_chat::oidc {

struct json_release {
  void operator()(json_t* value) const noexcept { json_decref(value); }
};
using json_ptr = std::unique_ptr<json_t, json_release>;

/// Null where it is no JSON, or a member comes twice: readers do not agree on which one counts.
inline json_ptr read_json(std::string_view text, json_error_t* wrong = nullptr) {
  return json_ptr(json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES, wrong));
}

/// Empty where there is no such string.
inline std::string_view text_in(const json_t* object, const char* member) {
  const json_t* v = json_object_get(object, member);
  return json_is_string(v) ? std::string_view(json_string_value(v), json_string_length(v))
                           : std::string_view();
}

inline bool has(const json_t* object, const char* member) {
  return json_object_get(object, member) != nullptr;
}

/// Whether the value is this string, or a list with it.
inline bool is_or_has(const json_t* value, std::string_view wanted) {
  const auto is_it = [&](const json_t* v) {
    return json_is_string(v) &&
           std::string_view(json_string_value(v), json_string_length(v)) == wanted;
  };
  if (!json_is_array(value)) return is_it(value);
  for (std::size_t i = 0; i < json_array_size(value); ++i)
    if (is_it(json_array_get(value, i))) return true;
  return false;
}

} // namespace asio_chat::oidc
