#include "domain/command_table.hpp"

#include "base/ascii.hpp"
#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "domain/command_arguments.hpp"
#include "domain/command_readers.hpp"
#include "domain/host_commands.hpp"
#include "domain/search_line.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace asio_chat {

namespace {

using namespace arguments;
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

requests::any read_log_in(const given& g, std::string&) {
  return requests::log_in{std::string(g.at[0]), std::string(g.at[1]), std::string(g.at[2])};
}

requests::any read_limits(const given& g, std::string&) {
  return requests::show_limits{std::string(g.at[0]), std::string(g.at[1]), std::string(g.at[2])};
}

requests::any read_devices(const given& g, std::string&) {
  return requests::devices{std::string(g.at[0]), std::string(g.at[1])};
}

requests::any read_register(const given& g, std::string&) {
  return requests::register_account{std::string(g.at[0]), std::string(g.at[1])};
}

requests::any read_invitation(const given& g, std::string&) {
  return requests::make_invitation{std::chrono::days(g.number.value_or(7))};
}

requests::any read_passwords(const given& g, std::string&) {
  return requests::change_password{std::string(g.at[0]), std::string(g.at[1])};
}

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
    command_row{.name = "limits",
                .arguments = limited,
                .help = "how often you may ask for something",
                .details = "To operators of the server also who is held back now, why, and all "
                           "limits. They change one by /limits set NAME VALUE, and "
                           "/limits reset NAME takes that back.",
                .needs = right::set_limits,
                .cost = 2,
                .read = read_limits},
    command_row{.name = "head",
                .help = "the line that names the history as it is now",
                .details = "Keep it elsewhere: asio-chatd verify --since LINE tells whether the "
                           "history has gone on from there.",
                .when = turn::after_posts,
                .read = read_nothing<requests::show_head>},
    command_row{.name = "rights",
                .help = "what each role may, and which is yours",
                .read = read_nothing<requests::show_rights>},
    command_row{.name = "whois",
                .arguments = asked_about,
                .help = "who somebody is: an account or a guest, and since when here",
                .details = "Of yourself, and to operators of the server, also by what they came "
                           "in.",
                .cost = 2,
                .read = read_text<requests::show_member>},
    command_row{.name = "register",
                .arguments = new_secret,
                .help = "make an account for the name you have",
                .details = "From then on nobody else can take the name.",
                .cost = 10,
                .counts_for = rated::registrations,
                .read = read_register},
    command_row{.name = "login",
                .arguments = own_secret,
                .help = "log in to your account",
                .details = "A client that keeps a token is logged in by itself from then on.",
                .cost = 10,
                .read = read_log_in},
    command_row{.name = "logout",
                .help = "be a guest again",
                .cost = 2,
                .read = read_nothing<requests::log_out>},
    command_row{.name = "password",
                .arguments = two_secrets,
                .help = "change the password of your account",
                .cost = 10,
                .read = read_passwords},
    command_row{.name = "devices",
                .arguments = revoked,
                .help = "list where your account is logged in, log one out, or name it",
                .cost = 2,
                .read = read_devices},
    command_row{.name = "totp",
                .arguments = factor,
                .help = "show your second factor, make one, or take it away",
                .details = "/totp on PASSWORD shows what to put into an app, /totp confirm CODE "
                           "switches it on, /totp off PASSWORD CODE ends it.",
                .cost = 10,
                .read = read_totp},
    command_row{.name = "cert",
                .arguments = certificate,
                .help = "list the certificates that open your account, add one, or remove one",
                .details = "/cert add PASSWORD adds the one that you show now, /cert add PASSWORD "
                           "PIN another one, /cert remove NUMBER ends what came by it.",
                .cost = 10,
                .read = read_certificates},
    command_row{.name = "invitation",
                .arguments = lasting,
                .help = "make a code that lets somebody /register, once",
                .needs = right::invite,
                .cost = 2,
                .read = read_invitation},
    command_row{.name = "kick",
                .arguments = ordered,
                .help = "put somebody out of the room",
                .needs_room = true,
                .needs = right::kick,
                .cost = 2,
                .read = read_order<requests::kick>},
    command_row{.name = "ban",
                .arguments = banned,
                .help = "keep somebody out of the room",
                .needs_room = true,
                .needs = right::ban,
                .cost = 2,
                .read = read_order<requests::ban>},
    command_row{.name = "unban",
                .arguments = freed,
                .help = "lift a ban",
                .needs_room = true,
                .needs = right::ban,
                .cost = 2,
                .read = read_order<requests::unban>},
    command_row{.name = "mute",
                .arguments = banned,
                .help = "keep somebody from speaking in the room",
                .needs_room = true,
                .needs = right::mute,
                .cost = 2,
                .read = read_order<requests::mute>},
    command_row{.name = "unmute",
                .arguments = freed,
                .help = "let somebody speak again",
                .needs_room = true,
                .needs = right::mute,
                .cost = 2,
                .read = read_order<requests::unmute>},
    command_row{.name = "bans",
                .arguments = first_ban,
                .help = "list who is banned or muted in the room, from this one on",
                .needs_room = true,
                .needs = right::ban,
                .cost = 2,
                .read = read_bans},
    command_row{.name = "role",
                .arguments = given_role,
                .help = "show somebody's role in the room, or give one",
                .needs_room = true,
                .needs = right::give_voice,
                .cost = 2,
                .read = read_role},
    command_row{.name = "op",
                .arguments = of_account,
                .help = "make somebody an operator of the room",
                .needs_room = true,
                .needs = right::give_roles,
                .cost = 2,
                .read = read_text<requests::promote>},
    command_row{.name = "deop",
                .arguments = of_account,
                .help = "take that back",
                .needs_room = true,
                .needs = right::give_roles,
                .cost = 2,
                .read = read_text<requests::demote>},
    command_row{.name = "invite",
                .arguments = of_account,
                .help = "let somebody into the room while it is private",
                .needs_room = true,
                .needs = right::invite,
                .cost = 2,
                .read = read_text<requests::invite>},
    command_row{.name = "mode",
                .arguments = new_mode,
                .help = "show the modes of the room, or change one",
                .needs_room = true,
                .needs = right::set_mode,
                .cost = 2,
                .read = read_mode},
    command_row{.name = "slow",
                .arguments = slowness,
                .help = "let each member speak only so often",
                .needs_room = true,
                .needs = right::set_mode,
                .cost = 2,
                .read = read_slow},
    command_row{.name = "edit",
                .arguments = meant_and_said,
                .help = "change what you have said",
                .details =
                    "The old text is destroyed. A text that begins like WHICH goes behind one.",
                .needs_room = true,
                .needs = right::edit_own,
                .cost = 5,
                .when = turn::after_posts,
                .read = read_referring<requests::edit>},
    command_row{.name = "delete",
                .arguments = meant,
                .help = "destroy what you have said",
                .details = "It cannot be brought back. Operators can delete what others have said: "
                           "/delete @41.",
                .needs_room = true,
                .needs = right::delete_own,
                .cost = 5,
                .when = turn::after_posts,
                .read = read_remove},
    command_row{.name = "reply",
                .arguments = meant_and_said,
                .help = "answer what somebody has said",
                .needs_room = true,
                .needs = right::speak,
                .when = turn::after_posts,
                .read = read_referring<requests::answer>},
    command_row{.name = "react",
                .arguments = meant_and_sign,
                .help = "react to what somebody has said; repeated, it is taken back",
                .needs_room = true,
                .needs = right::react,
                .when = turn::after_posts,
                .read = read_referring<requests::react>},
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
