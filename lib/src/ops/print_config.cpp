#include "ops/print_config.hpp"

#include "ops/setting_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace asio_chat::ops {

namespace {

/// The file's format has no escapes: a text stands in the quotes that it does not contain.
bool can_be_quoted(std::string_view text) {
  return text.find('"') == std::string_view::npos || text.find('\'') == std::string_view::npos;
}

std::string in_quotes(std::string_view text) {
  return text.find('"') == std::string_view::npos ? fmt::format("\"{}\"", text)
                                                  : fmt::format("'{}'", text);
}

std::string value_text(const std::vector<std::string>& values, bool is_list) {
  if (!is_list) return in_quotes(values.front());
  std::string list;
  for (const auto& v : values)
    list.append(list.empty() ? "" : ", ").append(in_quotes(v));
  return "[" + list + "]";
}

std::string line_of(const setting& s, const invocation& call) {
  const auto found = call.effective.find(s.name);
  if (found == call.effective.end()) return fmt::format("# {} is not set\n", s.name);
  const auto& given = found->second;
  if (!std::ranges::all_of(given.values, can_be_quoted))
    return fmt::format("# {} has a value that no config file can hold  # {}\n", s.name,
                       given.source);
  const std::string assignment =
      fmt::format("{} = {}", s.name, value_text(given.values, s.repeatable));
  return fmt::format("{:<45} # {}\n", assignment, given.source);
}

} // namespace

std::string print_config(const invocation& call) {
  std::string out = "# The settings of asio-chatd, and where each is from.\n";
  std::string_view section;
  for (const auto& s : setting_table()) {
    if (s.section != section) {
      section = s.section;
      out += fmt::format("\n# {}\n", section);
    }
    out += line_of(s, call);
    if (s.name == "passphrase-file" && call.passphrase_is_set)
      out += "# the users' passphrase is set             # environment CHAT_SECRET\n";
    if (s.name == "key-passphrase-file" && call.key_passphrase_is_set)
      out += "# the key's passphrase is set              # environment CHAT_KEY_PASSPHRASE\n";
  }
  return out;
}

} // namespace asio_chat::ops
