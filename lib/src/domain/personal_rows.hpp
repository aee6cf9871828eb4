// Rows of the command table: what members want of others, and for themselves.
#pragma once

#include "domain/command_arguments.hpp"
#include "domain/command_readers.hpp"
#include "domain/command_table.hpp"

#include <array>

namespace asio_chat::arguments {

inline constexpr std::array personal_rows{
    command_row{.name = "read",
                .arguments = read_until,
                .help = "tell the server how far you have read",
                .details = "Clients do it for you. It is kept with your account, for all of them: "
                           "what comes later is new. Of a guest nothing is kept.",
                .needs_room = true,
                .listed = false,
                .for_apps = true,
                .needs = right::read_log,
                .counts_for = rated::nothing,
                .when = turn::at_once,
                .read = read_read},
    command_row{.name = "block",
                .arguments = blocked,
                .help = "take no messages from somebody, or list those you have blocked",
                .details =
                    "It belongs to your account. They are told when they write to you alone; "
                    "what they say in rooms stays: /ignore hides that, and tells nobody.",
                .cost = 2,
                .read = read_text<requests::block>},
    command_row{.name = "unblock",
                .arguments = unblocked,
                .help = "take messages from somebody again",
                .cost = 2,
                .read = read_text<requests::unblock>},
    command_row{.name = "requests",
                .arguments = strangers,
                .help = "let those write to you to whom you have said nothing, or not",
                .details = "It belongs to your account, and guests are strangers always.",
                .cost = 2,
                .read = read_requests},
    command_row{.name = "away",
                .arguments = absence,
                .help = "let others know that you do not answer; without a text: that you do",
                .details = "You are marked in lists. Who writes to you alone is told it once, and "
                           "/whois tells it. It ends with your connection.",
                .cost = 5, // all rooms are told
                .read = read_text<requests::set_away>},
    command_row{.name = "seen",
                .arguments = asked_about,
                .help = "when somebody was here last",
                .details = "Of an account to an hour, by its devices.",
                .for_apps = true,
                .cost = 2,
                .read = read_text<requests::last_seen>},
    command_row{.name = "ignore",
                .arguments = ignored,
                .help = "hide what somebody says, or list those whom you ignore",
                .details = "It belongs to your account, on all devices. They are not told, and may "
                           "write to you: to take no messages from them, /block.",
                .cost = 2,
                .read = read_text<requests::ignore>},
    command_row{.name = "unignore",
                .arguments = unignored,
                .help = "show again what somebody says",
                .cost = 2,
                .read = read_text<requests::unignore>},
    command_row{.name = "forget",
                .arguments = forgotten,
                .help = "delete your account, and destroy what it has said",
                .details = "/forget me tells what will go, /forget me PASSWORD does it, for good.",
                .cost = 10,
                .read = read_forget},
    command_row{.name = "export",
                .arguments = exported,
                .help = "get all that the server keeps of you, as a file",
                .details = "Facts of your account, what you have said, and what others have said "
                           "to you alone, as JSON lines. asio-chat never overwrites a file.",
                .cost = 10,
                .counts_for = rated::history,
                .paces_itself = true,
                .read = read_export},
    command_row{.name = "display",
                .arguments = displayed,
                .help = "show a name beside that of your account, in lists and to /whois",
                .details = "/display - takes it away, and /display tells it. What you say bears "
                           "the name of your account alone. Operators of the server can take away "
                           "that of another: /display - @NAME.",
                .needs = right::rename,
                .cost = 2,
                .counts_for = rated::renames,
                .read = read_display},
};

} // namespace asio_chat::arguments
