#include "domain/command_table.hpp"

#include "domain/commands/commands.hpp"

#include <algorithm>
#include <array>

namespace asio_chat {

namespace {

using namespace commands;

// name, arguments, help, needs arguments, needs many rooms, listed, when, run
constexpr std::array table{
    command_row{"say", "TEXT", "say something; what begins with no / is said by itself", false,
                false, false, turn::at_once, say},
    command_row{"help", "", "list the commands", false, false, true, turn::after_answers, help},
    command_row{"history", "[N]", "show the last N lines of the room", false, false, true,
                turn::at_once, history},
    command_row{"join", "ROOM", "go into a room; it is made if it is not there", true, true, true,
                turn::after_posts, join},
    command_row{"leave", "[ROOM]", "go out of a room", false, true, true, turn::after_answers,
                leave},
    command_row{"me", "TEXT", "say what you do: ~ NAME waves", false, false, true, turn::at_once,
                me},
    command_row{"msg", "NAME TEXT", "tell one member something", true, false, true,
                turn::after_answers, msg},
    command_row{"nick", "NAME", "change your name", true, false, true, turn::after_answers, nick},
    command_row{"quit", "", "leave the chat", false, false, true, turn::at_once, quit},
    command_row{"rooms", "[NAME]", "list the rooms, from this name on", false, false, true,
                turn::after_answers, rooms},
    command_row{"search", "WORDS [from:NAME] [before:DATE] [after:DATE] [in:ROOM]",
                "find what was said in the room", true, false, true, turn::at_once, search},
    command_row{"tls", "", "how your connection is protected", false, false, true,
                turn::after_answers, tls},
    command_row{"topic", "[TEXT]", "show the room's topic, or set it; - removes it", false, false,
                true, turn::after_answers, topic},
    command_row{"who", "[NAME]", "list who is in the room, from this name on", false, false, true,
                turn::after_answers, who},
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
