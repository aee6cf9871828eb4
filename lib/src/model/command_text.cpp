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

positions split_arguments(std::string_view line, std::size_t count) noexcept {
  positions found;
  for (std::size_t i = 0; i < count; ++i) {
    line = trim(line);
    found[i] = i + 1 == count ? line : line.substr(0, line.find_first_of(blanks));
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
  return std::string(line.substr(0, line.find_first_of(blanks))) + " ***";
}

} // namespace asio_chat
