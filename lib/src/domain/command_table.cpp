#include "domain/command_table.hpp"

#include "base/ascii.hpp"
#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "domain/search_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace asio_chat {

namespace {

using arguments = std::string_view;

requests::any unreadable(errc code, std::string message) {
  return requests::unreadable{fail(code, std::move(message))};
}

template <class What>
requests::any read_nothing(arguments, std::string&) {
  return What{};
}

template <class What>
requests::any read_text(arguments a, std::string&) {
  return requests::any(std::in_place_type<What>, std::string(a));
}

requests::any read_history(arguments a, std::string&) {
  constexpr std::size_t usual_lines = 20;
  constexpr std::size_t most_lines = 200;
  std::size_t lines = usual_lines;
  if (!a.empty()) {
    const char* end = a.data() + a.size();
    const auto [rest, error] = std::from_chars(a.data(), end, lines);
    if (error != std::errc() || rest != end || lines < 1 || lines > most_lines) {
      return unreadable(errc::bad_arguments,
                        fmt::format("usage: /history [N], where N is 1 to {}", most_lines));
    }
  }
  return requests::history{{log_range::side::before, {}, lines}, true};
}

requests::any read_join(arguments a, std::string& room) {
  room = a;
  return requests::join{};
}

requests::any read_leave(arguments a, std::string& room) {
  if (!a.empty()) room = a;
  return requests::leave{};
}

requests::any read_msg(arguments a, std::string&) {
  const auto end = a.find_first_of(" \t\n");
  const arguments text = end == arguments::npos ? arguments() : a.substr(end);
  return requests::tell{std::string(a.substr(0, end)), std::string(text)};
}

requests::any read_search(arguments a, std::string& room) {
  auto query = parse_search_line(sanitize(a));
  if (!query) return requests::unreadable{std::move(query.error())};
  if (!query->room.empty()) room = query->room;
  return requests::search{*std::move(query)};
}

requests::any read_topic(arguments a, std::string&) {
  if (a.empty()) return requests::topic{};
  return requests::topic{std::string(a == "-" ? arguments() : a)};
}

constexpr bool arguments_needed = true, room_needed = true, many_rooms_needed = true, shown = true;

// name, syntax, help, needs arguments, a room, many rooms, listed, when, read
constexpr std::array table{
    command_row{"say", "TEXT", "say something; what begins with no / is said by itself", false,
                room_needed, false, !shown, turn::at_once, read_text<requests::say>},
    command_row{"help", "", "list the commands", false, false, false, shown, turn::after_answers,
                read_nothing<requests::help>},
    command_row{"history", "[N]", "show the last N lines of the room", false, room_needed, false,
                shown, turn::at_once, read_history},
    command_row{"join", "ROOM", "go into a room; it is made if it is not there", arguments_needed,
                false, many_rooms_needed, shown, turn::after_posts, read_join},
    command_row{"leave", "[ROOM]", "go out of a room", false, room_needed, many_rooms_needed, shown,
                turn::after_answers, read_leave},
    command_row{"me", "TEXT", "say what you do: ~ NAME waves", false, room_needed, false, shown,
                turn::at_once, read_text<requests::act>},
    command_row{"msg", "NAME TEXT", "tell one member something", arguments_needed, false, false,
                shown, turn::after_answers, read_msg},
    command_row{"nick", "NAME", "change your name", arguments_needed, false, false, shown,
                turn::after_answers, read_text<requests::rename>},
    command_row{"quit", "", "leave the chat", false, false, false, shown, turn::at_once,
                read_nothing<requests::quit>},
    command_row{"rooms", "[NAME]", "list the rooms, from this name on", false, false, false, shown,
                turn::after_answers, read_text<requests::list_rooms>},
    command_row{"search", "WORDS [from:NAME] [before:DATE] [after:DATE] [in:ROOM]",
                "find what was said in the room", arguments_needed, room_needed, false, shown,
                turn::at_once, read_search},
    command_row{"tls", "", "how your connection is protected", false, false, false, shown,
                turn::after_answers, read_nothing<requests::protection>},
    command_row{"topic", "[TEXT]", "show the room's topic, or set it; - removes it", false,
                room_needed, false, shown, turn::after_answers, read_topic},
    command_row{"who", "[NAME]", "list who is in the room, from this name on", false, room_needed,
                false, shown, turn::after_answers, read_text<requests::list_members>},
};

static_assert(table.size() + 1 == std::variant_size_v<requests::any>);
static_assert(
    []<std::size_t... I>(std::index_sequence<I...>) {
      return ((table[I].name == std::variant_alternative_t<I, requests::any>::command) && ...);
    }(std::make_index_sequence<table.size()>()),
    "the rows are in the order of the requests");

requests::any read(std::string_view name, arguments a, std::string& room, bool many_rooms) {
  const command_row* row = find_command(name);
  if (!row) {
    const std::string as_typed = sanitize(name);
    return unreadable(errc::unknown_command,
                      fmt::format("there is no command /{}; /help lists those there are",
                                  prefix_of_bytes(as_typed, 40)));
  }
  if (row->needs_many_rooms && !many_rooms) {
    return unreadable(
        errc::not_available,
        fmt::format("/{} is not available here: the text protocol has one room", row->name));
  }
  if (row->needs_arguments && a.empty())
    return unreadable(errc::bad_arguments, fmt::format("usage: /{} {}", row->name, row->syntax));
  return row->read(a, room);
}

} // namespace

std::span<const command_row> command_table() noexcept {
  return table;
}

const command_row* find_command(std::string_view name) noexcept {
  const auto* row = std::find_if(table.begin(), table.end(), [&](const command_row& r) {
    return ascii::equal_ignoring_case(r.name, name);
  });
  return row == table.end() ? nullptr : row;
}

const command_row* row_of(const request& r) noexcept {
  return r.what.index() < table.size() ? &table[r.what.index()] : nullptr;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const command_row& row : table) {
    if (row.listed) names.emplace_back(row.name);
  }
  return names;
}

request read_command(std::string_view name, std::string_view arguments, std::string room,
                     std::string ref, bool many_rooms) {
  // In place, and in the order of the members: it may change the room.
  request r{std::move(room), std::move(ref), read(name, arguments, r.room, many_rooms)};
  return r;
}

} // namespace asio_chat
