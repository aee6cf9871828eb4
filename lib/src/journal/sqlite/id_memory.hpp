// Which ids of messages are known, so that a message that is sent again is not kept again.
#pragma once

#include "base/clock.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <deque>

namespace asio_chat::sqlite {

/// Keyed hashes: 4 bytes of author and room, then 12 of author, room and id.
using id_hash = std::array<std::uint8_t, 16>;

/// Remembers each for the window. If they are more than so many, the oldest go, but for those of
/// authors who have less than half of what an author has on average: authors who send much do not
/// push out the ids of those who send little. An author counts once in each room.
class id_memory {
 public:
  struct first_time {
    std::uint64_t offset;
    wall_time time; ///< of the entry
  };

  id_memory(std::chrono::milliseconds window, std::size_t max_ids)
      : window_(window)
      , max_ids_(max_ids) {}

  const first_time* find(const id_hash& id) const {
    const auto found = known_.find(id);
    return found == known_.end() ? nullptr : &found->second;
  }
  /// @param noted when the window begins
  void add(const id_hash& id, first_time first, steady_time noted) {
    if (!known_.emplace(id, first).second) return;
    order_.push_back({id, noted});
    ++ids_of_[author_of(id)];
  }
  /// Takes back the calls of `add` since the last `forget`; their ids were new.
  void take_back(std::size_t count) {
    for (; count > 0 && !order_.empty(); --count) {
      erase(order_.back().id);
      order_.pop_back();
    }
  }
  void clear() noexcept {
    known_.clear();
    ids_of_.clear();
    spared_.clear();
    order_.clear();
  }
  /// So many are to be added.
  void expect(std::size_t count) { known_.reserve(count); }
  /// To be called after calls of `add` that were not in the order of `noted`.
  void sort() {
    order_.insert(order_.begin(), spared_.begin(), spared_.end());
    spared_.clear();
    // One room alone, newest first, is the common case.
    if (std::ranges::is_sorted(order_, std::ranges::greater(), &remembered::noted))
      std::ranges::reverse(order_);
    if (!std::ranges::is_sorted(order_, {}, &remembered::noted))
      std::ranges::stable_sort(order_, {}, &remembered::noted);
  }
  /// What is older than the window, and what is too much.
  void forget(steady_time now) {
    expire(spared_, now);
    expire(order_, now);
    while (size() > max_ids_)
      forget_one();
  }
  std::size_t size() const noexcept { return known_.size(); }
  std::chrono::milliseconds window() const noexcept { return window_; }

 private:
  struct hash {
    std::size_t operator()(const id_hash& id) const noexcept {
      std::size_t h; // a part of a keyed hash is one
      std::memcpy(&h, id.data() + id.size() - sizeof h, sizeof h);
      return h;
    }
  };
  struct remembered {
    id_hash id;
    steady_time noted; ///< the time of day may be set
  };

  static std::uint32_t author_of(const id_hash& id) noexcept {
    std::uint32_t author;
    std::memcpy(&author, id.data(), sizeof author);
    return author;
  }
  /// Ids of such authors are never more than half of all: each id is spared once before as many
  /// others are forgotten.
  bool is_spared(const id_hash& id) const {
    return 2 * std::uint64_t{ids_of_.at(author_of(id))} * ids_of_.size() < size();
  }
  void forget_one() {
    for (;;) {
      if (order_.empty()) order_.swap(spared_);
      const id_hash id = order_.front().id;
      const bool spared = is_spared(id);
      if (spared) spared_.push_back(order_.front());
      order_.pop_front();
      if (spared) continue;
      erase(id);
      return;
    }
  }
  void expire(std::deque<remembered>& oldest_first, steady_time now) {
    while (!oldest_first.empty() && oldest_first.front().noted + window_ <= now) {
      erase(oldest_first.front().id);
      oldest_first.pop_front();
    }
  }
  void erase(const id_hash& id) {
    known_.erase(id);
    const auto author = ids_of_.find(author_of(id));
    if (--author->second == 0) ids_of_.erase(author);
  }

  std::chrono::milliseconds window_;
  std::size_t max_ids_;
  boost::unordered_flat_map<id_hash, first_time, hash> known_;
  boost::unordered_flat_map<std::uint32_t, std::uint32_t> ids_of_; ///< how many, of each author
  std::deque<remembered> spared_;                                  ///< older than all in `order_`
  std::deque<remembered> order_;
};

} // namespace asio_chat::sqlite
