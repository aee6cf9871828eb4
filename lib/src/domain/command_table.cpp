#include "domain/command_table.hpp"

#include "domain/command_arguments.hpp"
#include "domain/command_readers.hpp"
#include "domain/host_commands.hpp"
#include "domain/personal_rows.hpp"
#include "domain/room_rows.hpp"
#include "domain/server_rows.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace asio_chat {

namespace {

using namespace arguments;

constexpr std::array general_rows{
    command_row{.name = "say",
                .arguments = said,
                .help = "say something; what begins with no / is said by itself",
                .needs_room = true,
                .listed = false,
                .for_apps = true,
                .needs = right::speak,
                .when = turn::at_once,
                .read = read_text<requests::say>},
    command_row{.name = "help",
                .arguments = helped,
                .help = "list the commands, or explain one",
                .for_strangers = true,
                .for_apps = true,
                .read = read_text<requests::help>},
    command_row{.name = "history",
                .arguments = history_lines,
                .help = "show the last N lines of the room",
                .details = "Where long lines do not fit into one answer, there are fewer.",
                .needs_room = true,
                .for_apps = true,
                .needs = right::read_log,
                .cost = 5,
                .counts_for = rated::history,
                .when = turn::at_once,
                .read = read_history},
    command_row{.name = "join",
                .arguments = joined,
                .help = "go into a room; it is made if it is not there",
                .details = "KEY is that of a private room. It is asked for where it is needed.",
                .needs_many_rooms = true,
                .for_apps = true,
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
                .for_strangers = true,
                .for_apps = true,
                .read = read_leave},
    command_row{.name = "me",
                .arguments = said,
                .help = "say what you do: ~ NAME waves",
                .needs_room = true,
                .for_apps = true,
                .needs = right::speak,
                .when = turn::at_once,
                .read = read_text<requests::act>},
    command_row{.name = "msg",
                .arguments = told,
                .help = "tell one member something",
                .details =
                    "Nobody else sees it. Between accounts it is kept, and waits for who is away.",
                .for_apps = true,
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
                .for_strangers = true,
                .for_apps = true,
                .counts_for = rated::nothing,
                .when = turn::at_once,
                .read = read_nothing<requests::quit>},
    command_row{.name = "rooms",
                .arguments = first_room,
                .help = "list the rooms, from this name on",
                .for_apps = true,
                .cost = 2,
                .read = read_text<requests::list_rooms>},
    command_row{.name = "search",
                .arguments = searched,
                .help = "find what was said in the room",
                .details = "The newest 50 entries that match. With from: no word is needed.",
                .needs_room = true,
                .for_apps = true,
                .needs = right::read_log,
                .cost = 10,
                .counts_for = rated::searches,
                .when = turn::at_once,
                .read = read_search},
    command_row{.name = "tls",
                .help = "how your connection is protected",
                .for_strangers = true,
                .for_apps = true,
                .read = read_nothing<requests::protection>},
    command_row{.name = "topic",
                .arguments = new_topic,
                .help = "show the room's topic, or set it; - removes it",
                .needs_room = true,
                .for_apps = true,
                .needs = right::set_topic,
                .read = read_topic},
    command_row{.name = "who",
                .arguments = first_member,
                .help = "list who is in the room, from this name on",
                .needs_room = true,
                .for_apps = true,
                .cost = 2,
                .read = read_text<requests::list_members>},
    command_row{.name = "limits",
                .arguments = limited,
                .help = "how often you may ask for something",
                .details = "To operators of the server also who is held back now, why, and all "
                           "limits. They change one by /limits set NAME VALUE, and "
                           "/limits reset NAME takes that back.",
                .for_apps = true,
                .needs = right::set_limits,
                .cost = 2,
                .read = read_limits},
    command_row{.name = "head",
                .help = "the line that names the history as it is now",
                .details = "Keep it elsewhere: asio-chatd verify --since LINE tells whether the "
                           "history has gone on from there.",
                .for_apps = true,
                .when = turn::after_posts,
                .read = read_nothing<requests::show_head>},
    command_row{.name = "rights",
                .help = "what each role may, and which is yours",
                .for_strangers = true,
                .for_apps = true,
                .read = read_nothing<requests::show_rights>},
    command_row{.name = "whois",
                .arguments = asked_about,
                .help = "who somebody is: an account or a guest, and since when here",
                .details = "Of yourself, and to operators of the server, also by what they came "
                           "in.",
                .for_apps = true,
                .cost = 2,
                .read = read_text<requests::show_member>},
    command_row{.name = "register",
                .arguments = new_secret,
                .help = "make an account for the name you have",
                .details = "From then on nobody else can take the name.",
                .for_strangers = true,
                .cost = 10, // and one of `rated::registrations` once an account is to be made
                .read = read_register},
    command_row{.name = "login",
                .arguments = own_secret,
                .help = "log in to your account",
                .details =
                    "A client that keeps a token is logged in by itself from then on. Without "
                    "PASSWORD it shows a code, to be typed where you are logged in: "
                    "/devices confirm CODE.",
                .for_strangers = true,
                .cost = 10,
                .read = read_log_in},
    command_row{.name = "logout",
                .help = "be a guest again",
                .for_strangers = true,
                .for_apps = true,
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
                .details = "A new one comes by /login NAME there: with the password, or without "
                           "it, then it shows a code of six digits. Here, /devices confirm CODE "
                           "lets that one in, and /devices refuse none of those that ask.",
                .cost = 2,
                .read = read_devices},
    command_row{.name = "apppassword",
                .arguments = for_program,
                .help = "list the app passwords that open your account to programs, or make one",
                .details = "/apppassword add NAME read lets a program read, /apppassword add NAME "
                           "chat also speak; behind it may stand the rooms that it is for. "
                           "/apppassword remove NUMBER ends what came by it.",
                .cost = 4,
                .read = read_app_passwords},
    command_row{.name = "totp",
                .arguments = factor,
                .help = "show your second factor, make one, or take it away",
                .details = "/totp on PASSWORD shows what to put into an app, /totp confirm CODE "
                           "switches it on, /totp off PASSWORD CODE ends it.",
                .for_strangers = true,
                .cost = 4, // to set one up at once takes three
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
                .help = "make a code that lets somebody /register, once; list them, or end one",
                .needs = right::invite,
                .cost = 2,
                .read = read_invitation},
};

template <std::size_t... N>
constexpr auto joined(const std::array<command_row, N>&... parts) {
  std::array<command_row, (N + ...)> all{};
  auto end = all.begin();
  ((end = std::ranges::copy(parts, end).out), ...);
  return all;
}

constexpr auto table = joined(general_rows, room_rows, personal_rows, server_rows);

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

const command_row* row_of(const request& r) noexcept {
  if (r.what.index() < table.size()) return &table[r.what.index()];
  const auto* own = std::get_if<requests::host>(&r.what);
  return own ? &own->row->row : nullptr;
}

} // namespace asio_chat
