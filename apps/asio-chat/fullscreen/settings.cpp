#include "fullscreen/settings.hpp"

#include "base/sanitize.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>

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

std::string call_sequence(call_by how, const std::string& who, const std::string& where) {
  std::string text = sanitize_to_ascii(fmt::format("{} in {}", who, where));
  std::ranges::replace(text, ';', ','); // ends an argument
  switch (how) {
  case call_by::nothing:
    return {};
  case call_by::bell:
    return "\a";
  case call_by::osc9:
    return fmt::format("\x1b]9;asio-chat: {}\a", text);
  case call_by::osc777:
    return fmt::format("\x1b]777;notify;asio-chat;{}\a", text);
  }
  return {};
}

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

} // namespace asio_chat::app
