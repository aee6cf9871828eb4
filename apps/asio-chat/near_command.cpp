#include "near_command.hpp"

#include "base/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

namespace asio_chat::app {

namespace {

struct other_name {
  std::string_view there;
  std::string_view here;
};

/// From IRC, weechat and irssi.
constexpr std::array<other_name, 16> elsewhere{{
    {"part", "leave"},
    {"names", "who"},
    {"whois", "who"},
    {"nicks", "who"},
    {"users", "who"},
    {"list", "rooms"},
    {"channels", "rooms"},
    {"lastlog", "search"},
    {"grep", "search"},
    {"wc", "close"},
    {"exit", "quit"},
    {"bye", "quit"},
    {"disconnect", "quit"},
    {"q", "query"},
    {"key", "bind"},
    {"color", "theme"},
}};

/// How many letters have to be put in, left out, changed, or exchanged with their neighbours.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last;
  std::vector<std::size_t> last(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j)
    last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::vector<std::size_t> now(b.size() + 1, i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, changed});
      const bool exchanged = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (exchanged) now[j] = std::min(now[j], before_last[j - 2] + 1);
    }
    before_last = std::exchange(last, std::move(now));
  }
  return last.back();
}

constexpr std::size_t longest = 30; // a text that begins with a slash is no command

/// That many differences and more make it another word.
std::size_t other_word(std::string_view name) {
  return name.size() > 3 ? 3 : 2;
}

} // namespace

std::string hint_for(std::string_view name, std::span<const std::string> commands) {
  if (name.empty() || name.size() > longest) return {};
  const std::string wanted = ascii::lower(std::string(name));
  const auto* other = std::ranges::find(elsewhere, wanted, &other_name::there);
  if (other != elsewhere.end() && std::ranges::count(commands, other->here) > 0)
    return fmt::format(" It is /{} here.", other->here);
  if (wanted == "buffer" || wanted == "window" || wanted == "win")
    return " Alt-1 to Alt-9 show a window here, and /keys lists the keys.";
  std::size_t nearest = other_word(wanted);
  std::string_view found;
  for (const std::string& c : commands) {
    if (c.size() > longest) continue;
    const std::size_t d = distance(wanted, ascii::lower(c));
    if (d >= nearest) continue;
    nearest = d;
    found = c;
  }
  return found.empty() ? std::string() : fmt::format(" Did you mean /{}?", found);
}

std::vector<std::string> names_near(std::string_view name, std::span<const std::string> names) {
  std::vector<std::string> near;
  if (name.empty() || name.size() > longest) return near;
  const std::string wanted = ascii::lower(std::string(name));
  for (const std::string& one : names) {
    const bool is_near =
        one.size() <= longest && distance(wanted, ascii::lower(one)) < other_word(wanted);
    if (is_near) near.push_back(one);
  }
  return near;
}

} // namespace asio_chat::app
