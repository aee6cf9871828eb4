#include "counted.hpp"
#include "history.hpp"
#include "history_commands.hpp"
#include "room_choice.hpp"

#include <fmt/format.h>

#include <iostream>
#include <string>

#include <unistd.h>

using namespace asio_chat;

namespace {

constexpr int wrong_usage = 2;

/// The name typed once more, not a y that the fingers know.
bool is_wanted(const sqlite::known_room& room) {
  fmt::print(stderr,
             "#{} with {} will be gone for ever, from backups too. Type its name to go on: ",
             room.name, counted_entries(room.entries));
  std::string typed;
  return std::getline(std::cin, typed) && typed == room.name;
}

} // namespace

int erase(ops::settings& s, const ops::history_request& wanted) {
  history kept(s);
  const sqlite::known_room room = choose_room(kept, wanted.room);
  if (!wanted.yes && ::isatty(STDIN_FILENO) != 1) {
    fmt::print(stderr,
               "asio-chatd: nobody is there to ask whether #{} shall be erased; give --yes\n",
               room.name);
    return wrong_usage;
  }
  if (!wanted.yes && !is_wanted(room))
    throw error(fail(errc::bad_setting, fmt::format("#{} stays as it was", room.name)));
  kept.keys.reset();
  sqlite::erase_room(kept.directory, kept.masters, room.name).value();
  fmt::print("#{}: nobody can read its {} any more, in backups neither; but copies of "
             "keys.db from before still open what was said, so replace those\n",
             room.name, counted_entries(room.entries));
  return 0;
}
