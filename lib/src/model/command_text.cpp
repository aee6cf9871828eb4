#include "model/command_text.hpp"

#include "base/ascii.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <utility>

namespace asio_chat {

namespace {

constexpr std::string_view blanks = " \t\n";

constexpr std::array<std::pair<argument_kind, std::string_view>, 8> kinds{{
    {argument_kind::word, "word"},
    {argument_kind::text, "text"},
    {argument_kind::number, "number"},
    {argument_kind::room, "room"},
    {argument_kind::member, "member"},
    {argument_kind::command, "command"},
    {argument_kind::query, "query"},
    {argument_kind::date, "date"},
}};

} // namespace

std::string_view name_of(argument_kind k) noexcept {
  return kinds[static_cast<std::size_t>(k)].second;
}

std::optional<argument_kind> find_argument_kind(std::string_view name) noexcept {
  for (const auto& [kind, its_name] : kinds) {
    if (its_name == name) return kind;
  }
  return std::nullopt;
}

std::string syntax_of(std::span<const command_argument> arguments) {
  std::string syntax;
  for (const command_argument& a : arguments) {
    if (!syntax.empty()) syntax += ' ';
    if (a.optional) syntax += '[';
    if (!a.key.empty()) syntax.append(a.key).push_back(':');
    syntax += a.name;
    if (a.optional) syntax += ']';
  }
  return syntax;
}

std::string usage_of(const command_info& c) {
  const std::string syntax = syntax_of(c.arguments);
  return syntax.empty() ? '/' + c.name : '/' + c.name + ' ' + syntax;
}

std::size_t quoted_length(std::string_view text) noexcept {
  if (!text.starts_with('"')) return 0;
  for (std::size_t at = text.find('"', 1); at != text.npos; at = text.find('"', at + 1))
    if (at + 1 == text.size() || blanks.find(text[at + 1]) != blanks.npos) return at + 1;
  return 0;
}

bool can_be_quoted(std::string_view secret) noexcept {
  for (std::size_t at = secret.find('"'); at != secret.npos; at = secret.find('"', at + 1))
    if (at + 1 < secret.size() && blanks.find(secret[at + 1]) != blanks.npos) return false;
  return true;
}

std::string quoted(std::string_view secret) {
  if (!secret.starts_with('"') && secret.find_first_of(blanks) == secret.npos)
    return std::string(secret);
  return std::string(1, '"').append(secret).append(1, '"');
}

std::optional<std::string_view> unquoted(std::string_view word) noexcept {
  if (word.starts_with('"'))
    return word.size() > 1 && quoted_length(word) == word.size()
               ? std::optional(word.substr(1, word.size() - 2))
               : std::nullopt;
  return word.find_first_of(blanks) == word.npos ? std::optional(word) : std::nullopt;
}

positions split_arguments(std::string_view line, std::size_t count,
                          quotable may_be_quoted) noexcept {
  positions found;
  for (std::size_t i = 0; i < count; ++i) {
    line = trim(line);
    const std::size_t in_quotes = may_be_quoted[i] ? quoted_length(line) : 0;
    const std::size_t end = in_quotes > 0 ? in_quotes : line.find_first_of(blanks);
    found[i] = i + 1 == count ? line : line.substr(0, end);
    line.remove_prefix(found[i].size());
  }
  return found;
}

parsed_line parse_command_line(std::string_view line) noexcept {
  parsed_line c;
  line = trim(line);
  if (line.starts_with("//") || !line.starts_with('/')) {
    c.name = "say";
    c.arguments = line.starts_with("//") ? line.substr(1) : line;
    return c;
  }
  line.remove_prefix(1);
  const auto end = line.find_first_of(blanks);
  c.name = line.substr(0, end);
  if (end != std::string_view::npos) c.arguments = trim(line.substr(end));
  return c;
}

const command_info* command_of(std::string_view line,
                               std::span<const command_info> commands) noexcept {
  if (!line.starts_with('/')) return nullptr;
  line.remove_prefix(1);
  const std::string_view name = line.substr(0, line.find_first_of(blanks));
  const auto found = std::find_if(commands.begin(), commands.end(), [name](const command_info& c) {
    return ascii::equal_ignoring_case(c.name, name);
  });
  return found == commands.end() ? nullptr : &*found;
}

std::string without_secrets(std::string_view line, std::span<const command_info> commands) {
  line = trim(line);
  const command_info* c = command_of(line, commands);
  const bool secret = c != nullptr && std::any_of(c->arguments.begin(), c->arguments.end(),
                                                  [](const auto& a) { return a.secret; });
  if (!secret || line.find_first_of(blanks) == std::string_view::npos) return std::string(line);
  // A room is named before its key, and a name alone is none.
  const positions words = split_arguments(parse_command_line(line).arguments, 2);
  if (c->arguments.front().kind == argument_kind::room && words[1].empty())
    return std::string(line);
  return std::string(line.substr(0, line.find_first_of(blanks))) + " ***";
}

} // namespace asio_chat
