#include "journal/sqlite/commit_shares.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <cstring>
#include <set>
#include <string_view>
#include <variant>

namespace asio_chat::sqlite {

namespace {

/// Identities are random numbers.
struct first_bytes {
  std::size_t operator()(const identity& i) const noexcept {
    std::size_t hash = 0;
    static_assert(sizeof hash <= std::tuple_size<identity>());
    std::memcpy(&hash, i.data(), sizeof hash);
    return hash;
  }
};

std::size_t cost_of(const operation& o) noexcept {
  const auto* a = std::get_if<append_operation>(&o.what);
  return commit_shares::cost_of_entry + (a ? a->draft.what.text.size() : 0);
}

/// Empty: it is about none.
std::string_view room_of(const operation& o) noexcept {
  if (const auto* opened = std::get_if<open_operation>(&o.what)) return opened->room;
  if (const auto* closed = std::get_if<close_operation>(&o.what)) return closed->room;
  return log_of(o);
}

bool fits_a_share(std::span<const operation> waiting) noexcept {
  std::size_t cost = 0;
  for (const operation& o : waiting)
    if (destroys(o) || (cost += cost_of(o)) > commit_shares::of_author) return false;
  return true;
}

} // namespace

std::vector<std::size_t> commit_shares::left_for_later(std::span<const operation> waiting,
                                                       const std::multiset<std::string>& busy) {
  std::vector<std::size_t> left;
  if (busy.empty() && fits_a_share(waiting)) return left;
  const std::size_t share = std::min(of_author, of_commit / authors_);
  boost::unordered_flat_map<identity, std::size_t, first_bytes> used;
  std::set<std::string_view> rooms(busy.begin(), busy.end());
  std::size_t total = 0;
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    const operation& o = waiting[i];
    const std::string_view room = room_of(o);
    const auto* a = std::get_if<append_operation>(&o.what);
    std::size_t* had = a ? &used[a->draft.author] : nullptr;
    const bool waits = (!rooms.empty() && rooms.contains(room)) ||
                       (had && *had > 0 && *had + cost_of(o) > share) || total > 2 * of_commit;
    if (waits) {
      left.push_back(i);
    } else {
      total += cost_of(o);
      if (had) *had += cost_of(o);
    }
    // What is destroyed is answered after all others.
    if ((waits || destroys(o)) && !room.empty()) rooms.insert(room);
  }
  authors_ = std::max<std::size_t>(used.size(), 1);
  return left;
}

} // namespace asio_chat::sqlite
