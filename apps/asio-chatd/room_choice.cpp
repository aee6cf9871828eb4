#include "room_choice.hpp"

#include "base/sanitize.hpp"
#include "model/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

using namespace asio_chat;

namespace {

constexpr std::size_t most_named = 20;

std::string names_of(const std::vector<sqlite::known_room>& rooms) {
  if (rooms.empty()) return "there is none yet";
  std::string names = rooms.size() == 1 ? "there is " : "there are ";
  for (std::size_t i = 0; i < std::min(rooms.size(), most_named); ++i)
    names += fmt::format("{}{}", i == 0 ? "" : ", ", rooms[i].name);
  if (rooms.size() > most_named) names += fmt::format(" and {} more", rooms.size() - most_named);
  return names;
}

} // namespace

sqlite::known_room choose_room(const history& kept, const std::string& typed) {
  const std::string name = proper_room_name(typed);
  const auto rooms = sqlite::rooms_in(kept.file, *kept.keys).value();
  const auto found = std::ranges::find(rooms, name, &sqlite::known_room::name);
  if (found != rooms.end()) return *found;
  throw error(fail(errc::bad_setting, fmt::format("no room is called '{}': {}",
                                                  sanitize_for_log(name, 64), names_of(rooms))));
}
