#include "roster.hpp"

#include "base/sanitize.hpp"
#include "model/names.hpp"

#include <fmt/format.h>

#include <utility>

namespace asio_chat::app {

namespace {

constexpr const char* why = "it is more than serves anybody";

} // namespace

std::optional<std::string> roster::enter(const room_state& s) {
  if (rooms_.size() >= max_rooms && !rooms_.contains(s.room)) {
    if (std::exchange(told_of_rooms_, true)) return std::nullopt;
    return fmt::format("[{} rooms are kept in mind and no more: {}]", max_rooms, why);
  }
  auto& names = rooms_[s.room];
  names.clear();
  heads_[s.room] = s.head;
  guests_.erase(s.room);
  std::optional<std::string> notice;
  for (const std::string& name : s.members) {
    if (!notice) notice = add(s.room, name);
  }
  for (const std::string& name : s.guests)
    if (names.contains(name)) guests_[s.room].insert(name);
  return notice;
}

std::optional<std::string> roster::add(const std::string& room, const std::string& name) {
  const auto found = rooms_.find(room);
  if (found == rooms_.end() || found->second.contains(name)) return std::nullopt;
  if (found->second.size() < max_names) {
    found->second.insert(name);
    return std::nullopt;
  }
  if (!told_of_names_.insert(room).second) return std::nullopt;
  return fmt::format("[{} names of #{} are kept in mind and no more: {}]", max_names,
                     sanitize_for_terminal(room), why);
}

std::optional<std::string> roster::observe(const client_event& e) {
  displayed_.observe(e);
  away_.observe(e);
  if (const auto* state = std::get_if<room_state>(&e)) {
    return enter(*state);
  } else if (const auto* in = std::get_if<member_joined>(&e)) {
    forget(in->room, in->name); // it may have been a guest, and is none now
    auto notice = add(in->room, in->name);
    if (in->guest && rooms_.contains(in->room) && rooms_[in->room].contains(in->name))
      guests_[in->room].insert(in->name);
    return notice;
  } else if (const auto* out = std::get_if<member_left>(&e)) {
    forget(out->room, out->name);
  } else if (const auto* other = std::get_if<member_renamed>(&e)) {
    const auto guests = guests_.find(other->room);
    const bool guest = guests != guests_.end() && guests->second.contains(other->from);
    if (const auto room = rooms_.find(other->room); room != rooms_.end()) {
      forget(other->room, other->from);
      auto notice = add(other->room, other->to);
      if (guest && room->second.contains(other->to)) guests_[other->room].insert(other->to);
      return notice;
    }
  } else if (const auto* said = std::get_if<entry>(&e)) {
    // Large rooms do not announce joins, but a member who speaks is there. One who has spoken
    // before need not be.
    const auto head = heads_.find(said->room);
    const bool live =
        head != heads_.end() && (said->at.epoch != head->second.epoch || said->at > head->second);
    if (live && said->from != name_of_server) return add(said->room, said->from);
  } else if (const auto* again = std::get_if<connected>(&e); again && again->again) {
    rooms_.clear();
    guests_.clear();
    displayed_.forget();
    away_.forget();
    heads_.clear();
    told_of_names_.clear();
  }
  return std::nullopt;
}

void roster::forget(const std::string& room, const std::string& name) {
  if (const auto found = rooms_.find(room); found != rooms_.end()) found->second.erase(name);
  if (const auto found = guests_.find(room); found != guests_.end()) found->second.erase(name);
}

void roster::joined(const std::string& room) {
  if (rooms_.size() < max_rooms) rooms_.try_emplace(room);
}

void roster::learn(const answers::rooms& list) {
  for (const answers::rooms::one& room : list.list) {
    if (heard_of_.size() < max_rooms) heard_of_.insert(room.name);
  }
}

const std::set<std::string>* roster::members_of(const std::string& room) const {
  const auto found = rooms_.find(room);
  return found == rooms_.end() ? nullptr : &found->second;
}

const std::set<std::string>* roster::guests_of(const std::string& room) const {
  const auto found = guests_.find(room);
  return found == guests_.end() ? nullptr : &found->second;
}

std::vector<std::string> roster::rooms() const {
  std::set<std::string> all = heard_of_;
  for (const auto& [room, members] : rooms_)
    all.insert(room);
  return {all.begin(), all.end()};
}

std::vector<std::string> roster::names() const {
  std::set<std::string> all;
  for (const auto& [room, members] : rooms_)
    all.insert(members.begin(), members.end());
  return {all.begin(), all.end()};
}

} // namespace asio_chat::app
