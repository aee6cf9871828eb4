#include "domain/pins.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace asio_chat::pins {

namespace {

/// What `change` makes of the pins of a room, if it has this one.
template <class Change>
people::maker with_pin(people& facts, const std::string& room, std::uint64_t offset,
                       Change change) {
  return [&facts, room, offset, change]() -> result<std::vector<fact>> {
    if (!find(facts, room, offset)) return std::vector<fact>();
    room_facts about = *facts.room(room);
    change(about.pins, std::ranges::find(about.pins, offset, &pinned_entry::offset));
    return std::vector{fact_of(about)};
  };
}

} // namespace

const pinned_entry* find(const people& facts, const std::string& room, std::uint64_t offset) {
  const room_facts* about = facts.room(room);
  if (about == nullptr) return nullptr;
  const auto found = std::ranges::find(about->pins, offset, &pinned_entry::offset);
  return found == about->pins.end() ? nullptr : &*found;
}

void add(people& facts, const std::string& room, pinned_entry what, const identity& author,
         people::done then) {
  facts.change(
      [&facts, room, what = std::move(what), author]() -> result<std::vector<fact>> {
        room_facts about = facts.room_or_new(room);
        if (const pinned_entry* known = find(facts, room, what.offset))
          return fail(errc::bad_arguments,
                      fmt::format("entry {} is pinned already, by {}", what.offset, known->by));
        if (facts.is_forgotten(author, what.said))
          return fail(errc::bad_arguments,
                      fmt::format("what entry {} said was destroyed", what.offset));
        if (about.pins.size() >= most_in_a_room)
          return fail(errc::not_allowed,
                      fmt::format("{} has {} pins, the most a room can have: /unpin one first",
                                  room, most_in_a_room));
        about.pins.push_back(what);
        return std::vector{fact_of(about)};
      },
      std::move(then));
}

void remove(people& facts, const std::string& room, std::uint64_t offset, people::done then) {
  facts.change(with_pin(facts, room, offset, [](auto& all, auto it) { all.erase(it); }),
               std::move(then));
}

void move_text(people& facts, const std::string& room, std::uint64_t offset,
               std::uint64_t text_at) {
  if (!find(facts, room, offset)) return;
  facts.change(with_pin(facts, room, offset, [text_at](auto&, auto it) { it->text_at = text_at; }),
               [](const result<void>&) {});
}

} // namespace asio_chat::pins
