#include "model/names.hpp"

#include "base/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace asio_chat {

namespace {

using ascii::is_alphanumeric;

bool may_stand_in_room(char c) noexcept {
  return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
}

} // namespace

result<std::string> check_room_name(std::string_view name, const limits& limits) {
  if (name.starts_with('#')) name.remove_prefix(1);
  if (name.empty()) return fail(errc::room_invalid, "a room's name must not be empty");
  if (name.size() > limits.room_characters) {
    return fail(errc::room_invalid,
                fmt::format("a room's name has at most {} characters", limits.room_characters));
  }
  if (!is_alphanumeric(name.front()) || !std::all_of(name.begin(), name.end(), may_stand_in_room)) {
    return fail(errc::room_invalid, "a room's name begins with a letter or digit, and goes on with "
                                    "letters, digits and - _ .");
  }
  return ascii::lower(std::string(name));
}

std::string proper_room_name(std::string_view typed) {
  const auto name = check_room_name(typed, limits());
  return name ? *name : std::string(typed);
}

} // namespace asio_chat
