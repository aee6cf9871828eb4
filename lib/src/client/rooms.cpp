#include "client/rooms.hpp"

#include "model/names.hpp"

#include <algorithm>
#include <utility>

namespace asio_chat::client_room {

namespace {

/// What servers give to a client that does not say how much it wants, see docs/protocol.md.
constexpr std::size_t usual_history = 50;

} // namespace

std::optional<std::string> membership::observe(const event& e) {
  if (const auto* state = std::get_if<room_state>(&e)) {
    joined(state->room);
  } else if (const auto* gone = std::get_if<member_left>(&e)) {
    if (gone->name == name_) return left(gone->room);
  } else if (const auto* renamed = std::get_if<member_renamed>(&e)) {
    if (renamed->from == name_) name_ = renamed->to;
  } else if (const auto* answer = std::get_if<reply>(&e)) {
    if (answer->items.size() != 1) return std::nullopt;
    if (answer->command == "leave") return left(answer->items.front());
    const bool in = answer->command == "login" || answer->command == "register";
    const bool out = answer->command == "logout";
    if (in || out) account_ = in;
    if (in || out || answer->command == "nick") name_ = answer->items.front();
  }
  return std::nullopt;
}

void membership::joined(const std::string& room) {
  if (std::find(rooms_.begin(), rooms_.end(), room) == rooms_.end()) rooms_.push_back(room);
}

std::string membership::left(std::string_view room) {
  // The answer to `/leave` names the room as it was typed.
  std::string name = proper_room_name(room);
  std::erase(rooms_, name);
  return name;
}

read_positions::read_positions(std::optional<std::size_t> history,
                               std::map<std::string, position> earlier)
    : history_(history) {
  for (auto& [room, at] : earlier)
    read_.emplace(room, read_to{at, false});
}

std::optional<position> read_positions::of(const std::string& room) const {
  const auto found = read_.find(room);
  return found == read_.end() ? std::nullopt : std::optional(found->second.at);
}

std::map<std::string, position> read_positions::all() const {
  std::map<std::string, position> positions;
  for (const auto& [room, read] : read_)
    positions.emplace(room, read.at);
  return positions;
}

void read_positions::read_to::learn_tag(const position& from) noexcept {
  if (from.tag == 0 || from.epoch != at.epoch || from.tag_offset < at.tag_offset) return;
  at.tag = from.tag;
  at.tag_offset = from.tag_offset;
}

bool read_positions::on(const room_state& s) {
  const std::uint64_t back =
      std::min<std::uint64_t>(history_.value_or(usual_history), s.head.offset);
  // Where there is a position we asked for what follows it, and the server starts there.
  // That log's tag proves nothing yet of a log that was read before.
  const position begin{s.head.epoch, s.head.offset - back, s.head.tag, s.head.tag_offset};
  // Of a room of two that the server brings, all comes that was not read.
  const bool is_brought = s.ref.empty() && s.room.starts_with('@');
  read_.try_emplace(s.room, read_to{begin, back > 0 || is_brought});
  return true;
}

bool read_positions::on(const entry& e) {
  return advance(e.room, e.at);
}

bool read_positions::on(const entries_missed& m) {
  const position last{m.next.epoch, m.next.offset - std::min<std::uint64_t>(m.next.offset, 1)};
  const bool older_log = m.next.epoch == m.after.epoch && m.next.offset <= m.after.offset;
  const auto found = read_.find(m.room);
  if (found == read_.end()) return true;
  read_to& read = found->second;
  // A log that was put back: what follows has positions that were read before, and is new.
  const bool is_new = older_log || advance(m.room, last);
  if (is_new) read = {last, false}; // and no tag, which may be of the log that is gone
  return is_new;
}

bool read_positions::on(const acknowledged& a) {
  const auto found = read_.find(a.room);
  if (found == read_.end()) return true;
  read_to& read = found->second;
  if (a.at.epoch == read.at.epoch && a.at.offset == read.at.offset + 1) ++read.at.offset;
  read.learn_tag(a.at);
  return true;
}

bool read_positions::advance(const std::string& room, const position& to) {
  const auto found = read_.find(room);
  if (found == read_.end()) return true;
  read_to& read = found->second;
  if (!read.untouched && to.epoch == read.at.epoch && to.offset <= read.at.offset) return false;
  const position before = read.at;
  read = {to, false};
  read.learn_tag(before);
  return true;
}

} // namespace asio_chat::client_room
