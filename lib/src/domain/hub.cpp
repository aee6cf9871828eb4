#include "domain/hub.hpp"

#include "base/utf8.hpp"
#include "domain/command_table.hpp"
#include "model/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat {

hub::hub(services s)
    : services_(std::move(s))
    , for_rooms_{services_.log,
                 services_.time,
                 services_.limits,
                 services_.on_entry,
                 0,
                 0,
                 [this](std::uint64_t n) { return find_member(n); },
                 [this](const room& r) { drop_if_empty(r); }} {}

hub::~hub() = default;

result<member*> hub::enter(sink& s, const identity& who, std::string_view name, bool many_rooms) {
  if (const auto valid = check_member_name(name, services_.limits); !valid) return valid.error();
  std::string folded = fold_name(name);
  if (by_name_.contains(folded)) {
    return fail(errc::name_taken, fmt::format("the name {} is taken", name));
  }
  const std::uint64_t number = ++last_number_;
  auto made = std::make_unique<member>(number, who, std::string(name), s, many_rooms);
  member* m = made.get();
  members_.emplace(number, std::move(made));
  by_name_.emplace(std::move(folded), m);
  return m;
}

void hub::leave(member& m) {
  while (!m.seats_.empty()) {
    room& r = *m.seats_.back().in;
    r.leave(m);
    drop_if_empty(r);
  }
  by_name_.erase(fold_name(m.name()));
  members_.erase(m.number());
}

void hub::dispatch(member& m, const command& c) {
  const command_row* row = find_command(c.name);
  if (!row) {
    const std::string shown = clean_text(c.name);
    m.refuse(c.ref, fail(errc::unknown_command,
                         fmt::format("there is no command /{}; /help lists those there are",
                                     prefix_of_bytes(shown, 40))));
    return;
  }
  if (row->needs_many_rooms && !m.many_rooms()) {
    m.refuse(c.ref, fail(errc::not_available,
                         fmt::format("/{} is not available here: the text protocol has one room",
                                     row->name)));
    return;
  }
  if (row->needs_arguments && c.arguments.empty()) {
    m.refuse(c.ref,
             fail(errc::bad_arguments, fmt::format("usage: /{} {}", row->name, row->arguments)));
    return;
  }
  if (const auto done = row->run(*this, m, c); !done) m.refuse(c.ref, done.error());
}

std::string hub::free_name(std::string_view wish) const {
  std::string name(wish);
  for (unsigned n = 2; by_name_.contains(fold_name(name)); ++n) {
    const std::string suffix = fmt::format("-{}", n);
    const std::size_t most = services_.limits.name_characters;
    const std::size_t keep = most > suffix.size() ? most - suffix.size() : 0;
    name = fmt::format("{}{}", wish.substr(0, keep), suffix);
  }
  return name;
}

result<void> hub::rename(member& m, std::string_view to) {
  if (const auto valid = check_member_name(to, services_.limits); !valid) return valid.error();
  std::string folded = fold_name(to);
  const auto holder = by_name_.find(folded);
  if (holder != by_name_.end() && holder->second != &m) {
    return fail(errc::name_taken, fmt::format("the name {} is taken", to));
  }
  by_name_.erase(fold_name(m.name()));
  by_name_.emplace(std::move(folded), &m);
  const std::string from = std::exchange(m.name_, std::string(to));
  if (from == m.name_) return {};
  for (const member::seat& s : m.seats_)
    s.in->tell_renamed(from, m.name_);
  return {};
}

result<void> hub::join(member& m, std::string_view room_name, std::string_view ref) {
  const auto name = check_room_name(room_name, services_.limits);
  if (!name) return name.error();
  auto found = rooms_.find(*name);
  if (found != rooms_.end() && found->second->has(m)) {
    return fail(errc::bad_arguments, fmt::format("you are in {} already", *name));
  }
  if (m.seats().size() >= services_.limits.rooms_per_member) {
    return fail(errc::too_many_rooms,
                fmt::format("you are in {} rooms, which is the most; leave one first",
                            services_.limits.rooms_per_member));
  }
  if (found == rooms_.end()) {
    if (rooms_.size() >= services_.limits.rooms) {
      return fail(errc::too_many_rooms, fmt::format("there are {} rooms, which is the most here; "
                                                    "join one that there is",
                                                    services_.limits.rooms));
    }
    found = rooms_.emplace(*name, std::make_shared<room>(*name, for_rooms_)).first;
  }
  found->second->join(m, ref);
  return {};
}

result<void> hub::part(member& m, std::string_view room_name) {
  const auto r = room_of(m, room_name);
  if (!r) return r.error();
  (*r)->leave(m);
  drop_if_empty(**r);
  return {};
}

result<room*> hub::room_of(const member& m, std::string_view room_name) const {
  const std::string_view wanted = room_name.empty() ? services_.default_room : room_name;
  const auto name = check_room_name(wanted, services_.limits);
  if (!name) return name.error();
  const auto found = rooms_.find(*name);
  if (found == rooms_.end() || !found->second->has(m)) {
    return fail(errc::not_in_room, fmt::format("you are not in {}; /join {} first", *name, *name));
  }
  return found->second.get();
}

member* hub::find_member(std::string_view name) const {
  const auto found = by_name_.find(fold_name(name));
  return found == by_name_.end() ? nullptr : found->second;
}

member* hub::find_member(std::uint64_t number) const {
  const auto found = members_.find(number);
  return found == members_.end() ? nullptr : found->second.get();
}

std::vector<const room*> hub::rooms() const {
  std::vector<const room*> all;
  all.reserve(rooms_.size());
  for (const auto& [name, r] : rooms_)
    all.push_back(r.get());
  std::sort(all.begin(), all.end(),
            [](const room* a, const room* b) { return a->name() < b->name(); });
  return all;
}

void hub::drop_if_empty(const room& r) {
  if (!r.members().empty()) return;
  // What is under way in it keeps the room alive by itself; its log stays in the journal. Another
  // room of the same name may have been made since.
  const auto found = rooms_.find(r.name());
  if (found == rooms_.end() || found->second.get() != &r) return;
  services_.log.close(r.name());
  rooms_.erase(found);
}

} // namespace asio_chat
