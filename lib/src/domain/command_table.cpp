#include "domain/command_table.hpp"

#include "domain/commands/commands.hpp"

#include <algorithm>
#include <array>

namespace asio_chat {

namespace {

using namespace commands;

// name, arguments, help, needs arguments, needs many rooms, listed, run
constexpr std::array table{
    command_row{"say", "TEXT", "say something; what begins with no / is said by itself", false,
                false, false, say},
    command_row{"help", "", "list the commands", false, false, true, help},
    command_row{"history", "[N]", "show the last N lines of the room", false, false, true, history},
    command_row{"join", "ROOM", "go into a room; it is made if it is not there", true, true, true,
                join},
    command_row{"leave", "[ROOM]", "go out of a room", false, true, true, leave},
    command_row{"me", "TEXT", "say what you do: ~ NAME waves", false, false, true, me},
    command_row{"msg", "NAME TEXT", "tell one member something", true, false, true, msg},
    command_row{"nick", "NAME", "change your name", true, false, true, nick},
    command_row{"quit", "", "leave the chat", false, false, true, quit},
    command_row{"rooms", "[NAME]", "list the rooms, from this name on", false, false, true, rooms},
    command_row{"search", "WORDS [from:NAME] [before:DATE] [after:DATE] [in:ROOM]",
                "find what was said in the room", true, false, true, search},
    command_row{"tls", "", "how your connection is protected", false, false, true, tls},
    command_row{"topic", "[TEXT]", "show the room's topic, or set it; - removes it", false, false,
                true, topic},
    command_row{"who", "[NAME]", "list who is in the room, from this name on", false, false, true,
                who},
};

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

} // namespace

std::span<const command_row> command_table() noexcept {
  return table;
}

const command_row* find_command(std::string_view name) noexcept {
  const auto* row = std::find_if(table.begin(), table.end(),
                                 [&](const command_row& r) { return same_name(r.name, name); });
  return row == table.end() ? nullptr : row;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const command_row& row : table) {
    if (row.listed) names.emplace_back(row.name);
  }
  return names;
}

} // namespace asio_chat
