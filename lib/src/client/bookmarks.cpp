#include "client/bookmarks.hpp"

#include <algorithm>
#include <utility>

namespace asio_chat::client_room {

namespace {

/// What servers give to a client that does not say how much it wants, see docs/protocol.md.
constexpr std::size_t usual_history = 50;

} // namespace

bookmarks::bookmarks(std::optional<std::size_t> history, std::map<std::string, position> earlier)
    : history_(history) {
  for (auto& [room, at] : earlier)
    marks_.emplace(room, mark{at, false});
}

std::optional<position> bookmarks::of(const std::string& room) const {
  const auto found = marks_.find(room);
  return found == marks_.end() ? std::nullopt : std::optional(found->second.at);
}

std::map<std::string, position> bookmarks::all() const {
  std::map<std::string, position> positions;
  for (const auto& [room, m] : marks_)
    positions.emplace(room, m.at);
  return positions;
}

bool bookmarks::on(const room_state& s) {
  const std::uint64_t back =
      std::min<std::uint64_t>(history_.value_or(usual_history), s.head.offset);
  // Where there is a mark we asked for what follows it, and the server starts there.
  marks_.try_emplace(s.room, mark{{s.head.epoch, s.head.offset - back}, back > 0});
  return true;
}

bool bookmarks::on(const entry& e) {
  return advance(e.room, e.at);
}

bool bookmarks::on(const entries_missed& m) {
  const position last{m.next.epoch, m.next.offset - std::min<std::uint64_t>(m.next.offset, 1)};
  const bool older_log = m.next.epoch == m.after.epoch && m.next.offset <= m.after.offset;
  if (!older_log) return advance(m.room, last);
  // A log that was put back: what follows has positions that were had before, and is new.
  if (const auto found = marks_.find(m.room); found != marks_.end()) found->second = {last, false};
  return true;
}

bool bookmarks::on(const acknowledged& a) {
  const auto found = marks_.find(a.room);
  if (found == marks_.end()) return true;
  position& at = found->second.at;
  if (a.at.epoch == at.epoch && a.at.offset == at.offset + 1) at = a.at;
  return true;
}

bool bookmarks::advance(const std::string& room, const position& to) {
  const auto found = marks_.find(room);
  if (found == marks_.end()) return true;
  mark& m = found->second;
  if (!m.untouched && to.epoch == m.at.epoch && to.offset <= m.at.offset) return false;
  m = {to, false};
  return true;
}

} // namespace asio_chat::client_room
