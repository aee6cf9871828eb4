#include "domain/command_table.hpp"

#include "base/ascii.hpp"
#include "base/sanitize.hpp"
#include "domain/host_commands.hpp"
#include "domain/search_line.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace asio_chat {

namespace {

using kind = argument_kind;
using given = given_arguments;

template <class What>
requests::any read_nothing(const given&, std::string&) {
  return What{};
}

template <class What>
requests::any read_text(const given& g, std::string&) {
  return What{std::string(g.at[0])};
}

requests::any read_history(const given& g, std::string&) {
  constexpr std::uint64_t usual_lines = 20;
  const auto lines = static_cast<std::size_t>(g.number.value_or(usual_lines));
  return requests::history{{log_range::side::before, {}, lines}, true};
}

requests::any read_join(const given& g, std::string& room) {
  room = g.at[0];
  return requests::join{};
}

requests::any read_leave(const given& g, std::string& room) {
  if (!g.at[0].empty()) room = g.at[0];
  return requests::leave{};
}

requests::any read_msg(const given& g, std::string&) {
  return requests::tell{std::string(g.at[0]), std::string(g.at[1])};
}

requests::any read_search(const given& g, std::string& room) {
  auto query = parse_search_line(sanitize(g.at[0]));
  if (!query) return requests::unreadable{query.error()};
  if (!query->room.empty()) room = query->room;
  return requests::search{*std::move(query)};
}

requests::any read_topic(const given& g, std::string&) {
  if (g.at[0].empty()) return requests::topic{};
  return requests::topic{std::string(g.at[0] == "-" ? std::string_view() : g.at[0])};
}

constexpr argument said[] = {{.name = "TEXT", .kind = kind::text}};
constexpr argument helped[] = {
    {.name = "NAME", .kind = kind::command, .optional = true, .help = "of a command"}};
constexpr argument history_lines[] = {{.name = "N",
                                       .kind = kind::number,
                                       .optional = true,
                                       .min = 1,
                                       .max = 200,
                                       .help = "1 to 200; 20 if it is left out"}};
constexpr argument joined[] = {{.name = "ROOM",
                                .kind = kind::room,
                                .help = "small letters, digits and - _ ., with or without #"}};
constexpr argument left_room[] = {{.name = "ROOM",
                                   .kind = kind::room,
                                   .optional = true,
                                   .help = "if it is left out, the room you are looking at"}};
constexpr argument told[] = {
    {.name = "NAME", .kind = kind::member, .help = "of a member, in whatever room they are"},
    {.name = "TEXT", .kind = kind::text}};
constexpr argument new_name[] = {
    {.name = "NAME", .help = "letters, digits and - _ . [ ] { } | ^ ` ~; it must be free"}};
constexpr argument first_room[] = {{.name = "NAME",
                                    .kind = kind::room,
                                    .optional = true,
                                    .help = "where to begin in the list; it need not be there"}};
constexpr argument first_member[] = {{.name = "NAME",
                                      .kind = kind::member,
                                      .optional = true,
                                      .help = "where to begin in the list; it need not be there"}};
constexpr argument searched[] = {
    {.name = "WORDS", .kind = kind::query, .help = "whole words, in any order and any case"},
    {.name = "NAME", .kind = kind::member, .key = "from", .optional = true, .help = "who said it"},
    {.name = "DATE",
     .kind = kind::date,
     .key = "before",
     .optional = true,
     .help = "2026-11-21 or 2026-11-21T10:07, in UTC: what was said until then"},
    {.name = "DATE",
     .kind = kind::date,
     .key = "after",
     .optional = true,
     .help = "likewise: what was said from then on"},
    {.name = "ROOM",
     .kind = kind::room,
     .key = "in",
     .optional = true,
     .help = "another room that you are in"}};
constexpr argument new_topic[] = {{.name = "TEXT",
                                   .kind = kind::text,
                                   .optional = true,
                                   .help = "the new topic; - removes it; if it is left out, the "
                                           "topic is shown"}};

constexpr std::array table{
    command_row{.name = "say",
                .arguments = said,
                .help = "say something; what begins with no / is said by itself",
                .needs_room = true,
                .listed = false,
                .needs = right::speak,
                .when = turn::at_once,
                .read = read_text<requests::say>},
    command_row{.name = "help",
                .arguments = helped,
                .help = "list the commands, or explain one",
                .read = read_text<requests::help>},
    command_row{.name = "history",
                .arguments = history_lines,
                .help = "show the last N lines of the room",
                .details = "Where long lines do not fit into one answer, there are fewer.",
                .needs_room = true,
                .needs = right::read_log,
                .cost = 5,
                .counts_for = rated::history,
                .when = turn::at_once,
                .read = read_history},
    command_row{.name = "join",
                .arguments = joined,
                .help = "go into a room; it is made if it is not there",
                .needs_many_rooms = true,
                .needs = right::join_rooms,
                .cost = 5,
                .counts_for = rated::joins,
                .when = turn::after_posts,
                .read = read_join},
    command_row{.name = "leave",
                .arguments = left_room,
                .help = "go out of a room",
                .needs_room = true,
                .needs_many_rooms = true,
                .read = read_leave},
    command_row{.name = "me",
                .arguments = said,
                .help = "say what you do: ~ NAME waves",
                .needs_room = true,
                .needs = right::speak,
                .when = turn::at_once,
                .read = read_text<requests::act>},
    command_row{.name = "msg",
                .arguments = told,
                .help = "tell one member something",
                .details = "Nobody else sees it, and it is not kept.",
                .needs = right::send_direct,
                .read = read_msg},
    command_row{.name = "nick",
                .arguments = new_name,
                .help = "change your name",
                .needs = right::rename,
                .cost = 2,
                .counts_for = rated::renames,
                .read = read_text<requests::rename>},
    command_row{.name = "quit",
                .help = "leave the chat",
                .counts_for = rated::nothing,
                .when = turn::at_once,
                .read = read_nothing<requests::quit>},
    command_row{.name = "rooms",
                .arguments = first_room,
                .help = "list the rooms, from this name on",
                .cost = 2,
                .read = read_text<requests::list_rooms>},
    command_row{.name = "search",
                .arguments = searched,
                .help = "find what was said in the room",
                .details = "The newest 50 entries that match. With from: no word is needed.",
                .needs_room = true,
                .needs = right::read_log,
                .cost = 10,
                .counts_for = rated::searches,
                .when = turn::at_once,
                .read = read_search},
    command_row{.name = "tls",
                .help = "how your connection is protected",
                .read = read_nothing<requests::protection>},
    command_row{.name = "topic",
                .arguments = new_topic,
                .help = "show the room's topic, or set it; - removes it",
                .needs_room = true,
                .needs = right::set_topic,
                .read = read_topic},
    command_row{.name = "who",
                .arguments = first_member,
                .help = "list who is in the room, from this name on",
                .needs_room = true,
                .cost = 2,
                .read = read_text<requests::list_members>},
};

static_assert(table.size() + 2 == std::variant_size_v<requests::any>);
static_assert(
    []<std::size_t... I>(std::index_sequence<I...>) {
      return ((table[I].name == std::variant_alternative_t<I, requests::any>::command) && ...);
    }(std::make_index_sequence<table.size()>()),
    "the rows are in the order of the requests");
static_assert(std::ranges::all_of(table, [](const command_row& r) {
  return count_positions(r.arguments) <= max_positions;
}));

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
  if (r.what.index() < table.size()) return &table[r.what.index()];
  const auto* own = std::get_if<requests::host>(&r.what);
  return own ? &own->row->row : nullptr;
}

} // namespace asio_chat
