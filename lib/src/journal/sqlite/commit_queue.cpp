#include "journal/sqlite/commit_queue.hpp"

#include "base/random_key_hash.hpp"

#include <algorithm>
#include <utility>

namespace asio_chat::sqlite {

namespace {

std::size_t cost_of(const operation& o) noexcept {
  const auto* a = std::get_if<append_operation>(&o.what);
  return commit_queue::cost_of_entry + (a ? a->draft.what.text.size() : 0);
}

/// Empty: it is about none.
std::string_view room_of(const operation& o) noexcept {
  if (const auto* opened = std::get_if<open_operation>(&o.what)) return opened->room;
  if (const auto* closed = std::get_if<close_operation>(&o.what)) return closed->room;
  return log_of(o);
}

bool fits_a_share(const call_group& waiting) noexcept {
  std::size_t cost = 0;
  for (const auto& c : waiting)
    if (destroys(c->what) || (cost += cost_of(c->what)) > commit_queue::of_author) return false;
  return true;
}

} // namespace

/// One commit as it fills.
class commit_queue::commit_share {
 public:
  explicit commit_share(const std::multiset<std::string>& busy)
      : busy_(busy) {}

  std::size_t cost() const noexcept { return cost_; }
  /// Takes from the front what it may.
  void take(room_line& from) {
    if (busy_.contains(from.room)) return;
    while (!from.calls.empty() && cost_ < of_commit && pay(from.calls.front()->what)) {
      const bool last = destroys(from.calls.front()->what); // it is answered after all others
      take_first(from);
      if (last && !from.room.empty()) return;
    }
  }
  void take_first(room_line& from) {
    carried_.push_back(std::move(from.calls.front()));
    from.calls.pop_front();
  }
  call_group carried() && { return std::move(carried_); }

 private:
  bool pay(const operation& o) {
    const std::size_t cost = cost_of(o);
    if (const auto* a = std::get_if<append_operation>(&o.what)) {
      std::size_t& had = used_[a->draft.author];
      if (had > 0 && had + cost > of_author) return false;
      had += cost;
    }
    cost_ += cost;
    return true;
  }

  const std::multiset<std::string>& busy_;
  call_group carried_;
  boost::unordered_flat_map<identity, std::size_t, random_key_hash> used_;
  std::size_t cost_ = 0;
};

void commit_queue::add(call_group& came) {
  move_behind(came_, came);
}

call_group commit_queue::take(const std::multiset<std::string>& busy) {
  if (rooms_.empty() && busy.empty() && fits_a_share(came_)) return std::exchange(came_, {});
  sort_in();
  commit_share s(busy);
  turns again;
  visit(fresh_, s, old_.empty() ? of_commit : of_commit / 2, again);
  visit(old_, s, of_commit, again);
  old_.insert(old_.end(), fresh_.begin(), fresh_.end());
  old_.insert(old_.end(), again.begin(), again.end());
  fresh_.clear();
  return std::move(s).carried();
}

void commit_queue::sort_in() {
  room_line* last = nullptr; // calls about one room often come one after the other
  for (std::unique_ptr<queued_call>& c : came_) {
    const std::string_view room = room_of(c->what);
    if (!last || last->room != room) {
      std::unique_ptr<room_line>& line = rooms_[std::string(room)];
      if (!line) {
        line = std::make_unique<room_line>(room_line{std::string(room), {}});
        fresh_.push_back(line.get());
      }
      last = line.get();
    }
    last->calls.push_back(std::move(c));
  }
  came_.clear();
}

void commit_queue::visit(turns& of, commit_share& s, std::size_t limit, turns& again) {
  while (!of.empty() && s.cost() < limit) {
    room_line* r = of.front();
    of.pop_front();
    s.take(*r);
    if (r->calls.empty()) {
      rooms_.erase(rooms_.find(r->room));
    } else {
      again.push_back(r);
    }
  }
}

bool commit_queue::waits(const std::string& room, std::uint64_t number) const {
  const auto r = rooms_.find(room);
  return r != rooms_.end() && r->second->calls.front()->number < number;
}

bool commit_queue::waits(std::uint64_t number) const {
  return std::ranges::any_of(
      rooms_, [&](const auto& r) { return r.second->calls.front()->number < number; });
}

call_group commit_queue::take_all() {
  sort_in();
  const std::multiset<std::string> none;
  commit_share all(none);
  for (const auto& [name, r] : std::exchange(rooms_, {}))
    while (!r->calls.empty())
      all.take_first(*r);
  fresh_.clear();
  old_.clear();
  return std::move(all).carried();
}

} // namespace asio_chat::sqlite
