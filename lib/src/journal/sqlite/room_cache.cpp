#include "journal/sqlite/room_cache.hpp"

#include <utility>

namespace asio_chat::sqlite {

room_state* room_cache::find(const std::string& name) {
  const auto found = rooms_.find(name);
  if (found == rooms_.end()) return nullptr;
  room_state& r = *found->second;
  if (r.users == 0) idle_.splice(idle_.begin(), idle_, r.idle);
  return &r;
}

room_state& room_cache::add(std::string name, room_values v) {
  auto made = std::make_unique<room_state>();
  room_state& r = *made;
  r.name = name;
  r.now = std::move(v);
  r.idle = idle_.insert(idle_.begin(), &r);
  rooms_.emplace(std::move(name), std::move(made));
  return r;
}

void room_cache::use(room_state& r) {
  if (r.users++ == 0) idle_.erase(r.idle);
}

void room_cache::let_go(room_state& r) {
  if (r.users > 0 && --r.users == 0) r.idle = idle_.insert(idle_.begin(), &r);
}

void room_cache::keep_bound() {
  while (idle_.size() > max_idle_)
    forget(*idle_.back());
}

void room_cache::forget(room_state& r) {
  if (r.users == 0) idle_.erase(r.idle);
  rooms_.erase(std::string(r.name));
}

} // namespace asio_chat::sqlite
