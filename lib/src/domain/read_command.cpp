// From a typed line to a request, and what a row says of itself.
#include "base/ascii.hpp"
#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "domain/command_table.hpp"
#include "domain/host_commands.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace asio_chat {

namespace {

requests::any unreadable(errc code, std::string message) {
  return requests::unreadable{fail(code, std::move(message))};
}

std::optional<std::uint64_t> number_in(std::string_view typed, const argument& a) noexcept {
  std::uint64_t number = 0;
  const char* end = typed.data() + typed.size();
  const auto [rest, error] = std::from_chars(typed.data(), end, number);
  const bool good = error == std::errc() && rest == end && a.min <= number && number <= a.max;
  return good ? std::optional(number) : std::nullopt;
}

failure not_a_number(const command_row& row, const argument& a, std::string_view typed) {
  const std::string as_typed = a.secret ? "" : sanitize(typed);
  const std::string is = a.secret ? "" : fmt::format(" and is '{}'", prefix_of_bytes(as_typed, 40));
  return fail(errc::bad_arguments, fmt::format("{} must be a number from {} to {}{}; usage: {}",
                                               a.name, a.min, a.max, is, usage_of(describe(row))));
}

failure not_in_quotes(const command_row& row, const argument& a) {
  return fail(errc::bad_arguments,
              fmt::format("a {} with blanks stands in quotes, \"two words\", and so does one that "
                          "begins with a quote; usage: {}",
                          a.name == "KEY" ? "key" : "password", usage_of(describe(row))));
}

result<given_arguments> take_apart(const command_row& row, std::string_view typed) {
  const quotable secrets = quotable_of(row.arguments);
  given_arguments given{split_arguments(typed, count_positions(row.arguments), secrets)};
  std::size_t place = 0;
  for (const argument& a : row.arguments) {
    if (!a.key.empty()) break;
    std::string_view& value = given.at[place];
    if (secrets[place++]) {
      const auto secret = unquoted(value);
      const bool is_code = a.name == "CODE" && // apps show `123 456`
                           value.find_first_not_of("0123456789 ") == std::string_view::npos;
      if (!secret && !is_code && row.read)
        return not_in_quotes(row, a); // those of the host take the rest
      if (secret) value = *secret;
    }
    if (value.empty()) {
      if (!a.optional && (a.kind != argument_kind::text || !row.read))
        return missing_argument(row, a.name);
    } else if (a.kind == argument_kind::number) {
      given.number = number_in(value, a);
      if (!given.number) return not_a_number(row, a, value);
    }
  }
  return given;
}

requests::any read(std::string_view name, std::string_view typed, std::string& room,
                   bool many_rooms, const host_commands* own) {
  const command_row* row = find_command(name);
  if (!row) {
    const host_row* added = own ? own->find(name) : nullptr;
    return added ? read_arguments(*added, typed) : requests::unreadable{unknown_command(name)};
  }
  if (row->needs_many_rooms && !many_rooms) {
    return unreadable(
        errc::not_available,
        fmt::format("/{} is not available here: the text protocol has one room", row->name));
  }
  return read_arguments(*row, typed, room);
}

} // namespace

const command_row* find_command(std::string_view name) noexcept {
  for (const command_row& row : command_table())
    if (ascii::equal_ignoring_case(row.name, name)) return &row;
  return nullptr;
}

failure unknown_command(std::string_view name) {
  const std::string as_typed = sanitize(name);
  return fail(errc::unknown_command,
              fmt::format("there is no command /{}; /help lists those there are",
                          prefix_of_bytes(as_typed, 40)));
}

failure missing_argument(const command_row& row, std::string_view name) {
  return fail(errc::bad_arguments,
              fmt::format("{} is missing; usage: {}", name, usage_of(describe(row))));
}

requests::any read_arguments(const host_row& own, std::string_view typed) {
  const auto given = take_apart(own.row, typed);
  if (!given) return requests::unreadable{given.error()};
  std::vector<std::string> arguments;
  for (const argument& a : own.arguments) {
    const std::string_view value = given->at[arguments.size()];
    arguments.push_back(a.secret ? std::string(value) : sanitize(value));
  }
  return requests::host{&own, std::move(arguments)};
}

requests::any read_arguments(const command_row& row, std::string_view typed, std::string& room) {
  // What was meant is not what would be done: /logout 2. Who leaves may say why, as elsewhere.
  if (row.arguments.empty() && !typed.empty() && row.name != "quit")
    return unreadable(errc::bad_arguments, fmt::format("/{0} takes no argument; usage: {1}",
                                                       row.name, usage_of(describe(row))));
  // What is said, nearly always: the line is trimmed already, and may be empty.
  if (row.arguments.size() == 1 && row.arguments.front().kind == argument_kind::text)
    return row.read({{typed}}, room);
  const auto given = take_apart(row, typed);
  if (!given) return requests::unreadable{given.error()};
  return row.read(*given, room);
}

request read_command(std::string_view name, std::string_view arguments, std::string room,
                     std::string ref, bool many_rooms, const host_commands* own) {
  // In place, and in the order of the members: it may change the room.
  request r{std::move(room), std::move(ref), read(name, arguments, r.room, many_rooms, own)};
  return r;
}

std::vector<std::string> command_names(const host_commands& own) {
  std::vector<std::string> names;
  for (const command_row& row : command_table()) {
    if (row.listed) names.emplace_back(row.name);
  }
  for (const auto& added : own.rows())
    names.push_back(added->made.info.name);
  return names;
}

std::vector<command_info> command_syntax(const host_commands& own) {
  std::vector<command_info> all;
  for (const command_row& row : command_table()) {
    if (row.listed) all.push_back(without_explanations(describe(row)));
  }
  for (const auto& added : own.rows())
    all.push_back(without_explanations(added->made.info));
  return all;
}

command_info describe(const command_row& row) {
  command_info c{std::string(row.name), {}, std::string(row.help), std::string(row.details)};
  for (const argument& a : row.arguments) {
    c.arguments.push_back({std::string(a.name), a.kind, std::string(a.key), a.optional, a.secret,
                           a.min, a.max, std::string(a.help)});
  }
  return c;
}

command_info without_explanations(command_info c) {
  c.details.clear();
  for (command_argument& a : c.arguments)
    a.help.clear();
  return c;
}

} // namespace asio_chat
