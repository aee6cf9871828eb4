// Rows of the command table: what concerns everybody on the server.
#pragma once

#include "domain/command_arguments.hpp"
#include "domain/command_readers.hpp"
#include "domain/command_table.hpp"

#include <array>

namespace asio_chat::arguments {

inline constexpr std::array server_rows{
    command_row{.name = "online",
                .arguments = first_member,
                .help = "list who is on the server, from this name on",
                .details = "In whatever rooms, which it does not tell; /who lists those in one.",
                .needs = right::list_members,
                .cost = 2,
                .read = read_text<requests::list_online>},
    command_row{.name = "announce",
                .arguments = announced,
                .help = "tell everybody on the server something",
                .details = "Operators of the server can. It is told as by the server, to those who "
                           "are here now, and is not kept but for a line in the room audit.",
                .needs = right::announce,
                .cost = 10,
                .read = read_text<requests::announce>},
};

} // namespace asio_chat::arguments
