#include "look_back.hpp"

namespace asio_chat::app {

void look_back::entered(const room_state& s) {
  const auto [room, is_new] = rooms_.try_emplace(s.room, view{s.head, stage::before});
  if (!is_new) room->second = {s.head, stage::after};
}

void look_back::spoke(const std::string& room) {
  if (const auto found = rooms_.find(room); found != rooms_.end()) {
    found->second.where = stage::after;
  }
}

bool look_back::is_earlier(const entry& e) const {
  const auto found = rooms_.find(e.room);
  return found != rooms_.end() && e.at.epoch <= found->second.head.epoch &&
         e.at.offset <= found->second.head.offset;
}

look_back::verdict look_back::look_at(const entry& e) {
  const auto found = rooms_.find(e.room);
  if (found == rooms_.end()) return {};
  auto& [head, where] = found->second;
  verdict v;
  v.earlier = is_earlier(e);
  v.begins = v.earlier && where == stage::before;
  if (v.begins) where = stage::within;
  v.ended_before = !v.earlier && where == stage::within;
  v.ends_after = v.earlier && where == stage::within && e.at == head;
  if (!v.earlier || v.ends_after) where = stage::after;
  return v;
}

} // namespace asio_chat::app
