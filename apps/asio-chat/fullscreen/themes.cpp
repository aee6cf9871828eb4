#include "fullscreen/themes.hpp"

#include "base/sanitize.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <sstream>
#include <utility>

namespace asio_chat::app {

namespace {

struct named_role {
  std::string_view name;
  role what;
};

constexpr std::array<named_role, 15> role_names{{{"text", role::text},
                                                 {"faint", role::faint},
                                                 {"name", role::name},
                                                 {"own-name", role::own_name},
                                                 {"mention", role::mention},
                                                 {"chosen", role::chosen},
                                                 {"failed", role::failed},
                                                 {"marker", role::marker},
                                                 {"bar", role::bar},
                                                 {"bar-title", role::bar_title},
                                                 {"bar-alert", role::bar_alert},
                                                 {"room", role::room},
                                                 {"room-unread", role::room_unread},
                                                 {"room-mention", role::room_mention},
                                                 {"room-shown", role::room_shown}}};

constexpr std::array<std::string_view, 8> colour_names{"black", "red",     "green", "yellow",
                                                       "blue",  "magenta", "cyan",  "white"};

std::optional<short> colour_named(std::string_view word) {
  const auto* named = std::ranges::find(colour_names, word);
  if (named != colour_names.end()) return static_cast<short>(named - colour_names.begin());
  short number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  const bool good = error == std::errc() && end == word.data() + word.size();
  return good && number >= 0 && number <= 255 ? std::optional(number) : std::nullopt;
}

} // namespace

std::string add_appearance(appearances& to, std::string_view text) {
  std::istringstream words{std::string(text)};
  std::string word;
  words >> word;
  const auto* what = std::ranges::find(role_names, word, &named_role::name);
  if (what == role_names.end()) {
    std::string all;
    for (const named_role& one : role_names)
      all += fmt::format("{}{}", all.empty() ? "" : ", ", one.name);
    return fmt::format("there is no part '{}'; there are {}", sanitize_for_terminal(word), all);
  }
  appearance made;
  short* colour = &made.ink;
  while (words >> word) {
    if (word == "bold") {
      made.bold = true;
    } else if (word == "dim") {
      made.dim = true;
    } else if (word == "underline") {
      made.underlined = true;
    } else if (word == "reverse") {
      made.reversed = true;
    } else if (word == "on") {
      colour = &made.paper;
    } else if (const auto number = colour_named(word)) {
      *colour = *number;
    } else {
      return fmt::format(
          "'{}' is neither a colour (0 to 255, or {}) nor on, bold, dim, underline or "
          "reverse",
          sanitize_for_terminal(word), fmt::join(colour_names, ", "));
    }
  }
  to[what->what] = made;
  return {};
}

theme_choice::theme_choice()
    : all_{{"dark", {ground::dark}},
           {"light", {ground::light}},
           {"16", {ground::own}},
           {"mono", {ground::mono}}} {}

std::string theme_choice::define(const std::string& name, std::string_view key,
                                 std::string_view value) {
  if (name.empty() || name.find_first_of(" \t") != std::string::npos)
    return "a theme has a name of one word, as in [theme dusk]";
  theme& made = all_[name];
  if (key != "like") return add_appearance(made.parts, fmt::format("{} {}", key, value));
  const auto found = all_.find(value);
  if (found == all_.end() || value == name)
    return fmt::format("there is no theme '{}' above this one; there are {}",
                       sanitize_for_terminal(value), fmt::join(names(), ", "));
  // What this one has said already stays.
  const theme before = std::exchange(made, found->second);
  for (const auto& [part, look] : before.parts)
    made.parts[part] = look;
  return {};
}

std::string theme_choice::choose(std::string_view name) {
  const auto found = all_.find(name);
  if (found == all_.end())
    return fmt::format("there is no theme '{}'; there are {}", sanitize_for_terminal(name),
                       fmt::join(names(), ", "));
  name_ = found->first;
  return {};
}

theme theme_choice::shown() const {
  theme made = all_.find(name_)->second;
  for (const auto& [part, look] : always_)
    made.parts[part] = look;
  return made;
}

std::vector<std::string> theme_choice::names() const {
  std::vector<std::string> made;
  for (const auto& [name, what] : all_)
    made.push_back(name);
  return made;
}

} // namespace asio_chat::app
