#include "model/names.hpp"

#include "base/ascii.hpp"
#include "base/sanitize.hpp"
#include "base/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace asio_chat {

namespace {

using ascii::is_alphanumeric;

bool may_begin_name(char c) noexcept {
  return is_alphanumeric(c) || c == '_';
}

bool may_stand_in_name(char c) noexcept {
  return is_alphanumeric(c) || std::string_view("-_.[]{}|^`~").find(c) != std::string_view::npos;
}

bool may_stand_in_room(char c) noexcept {
  return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
}

} // namespace

std::string fold_name(std::string_view name) {
  return ascii::lower(std::string(name));
}

result<void> check_member_name(std::string_view name, const limits& limits) {
  if (name.empty()) return fail(errc::name_invalid, "a name must not be empty");
  if (name.size() > limits.name_characters) {
    return fail(errc::name_invalid,
                fmt::format("a name has at most {} characters", limits.name_characters));
  }
  if (!may_begin_name(name.front()) || !std::all_of(name.begin(), name.end(), may_stand_in_name)) {
    return fail(errc::name_invalid,
                "a name begins with a letter, a digit or _, and goes on with these or - . [ ] { } "
                "| ^ ` ~");
  }
  return {};
}

std::string mend_member_name(std::string_view name, const limits& limits) {
  const std::string valid = sanitize(trim(name));
  std::string mended;
  for (std::size_t i = 0; i < valid.size() && mended.size() < limits.name_characters; ++i) {
    const bool continues = (static_cast<unsigned char>(valid[i]) & 0xC0) == 0x80;
    if (continues) continue;
    const bool may = mended.empty() ? may_begin_name(valid[i]) : may_stand_in_name(valid[i]);
    mended.push_back(may ? valid[i] : '_');
  }
  const bool says_something = std::any_of(mended.begin(), mended.end(), is_alphanumeric);
  return says_something ? mended : std::string();
}

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
  return fold_name(name);
}

std::string proper_room_name(std::string_view typed) {
  const auto name = check_room_name(typed, limits());
  return name ? *name : std::string(typed);
}

} // namespace asio_chat
