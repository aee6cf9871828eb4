// Which ids of messages are known, so that a message that is sent again is not kept again.
#pragma once

#include <asio_chat/time.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <deque>

namespace asio_chat::sqlite {

/// A keyed hash of author, room and id.
using id_hash = std::array<std::uint8_t, 16>;

/// Remembers each for the window, and no more than the newest so many.
class id_memory {
 public:
  struct first_time {
    std::uint64_t offset;
    wall_time time; ///< of the entry
  };

  id_memory(std::chrono::milliseconds window, std::size_t most)
      : window_(window)
      , most_(most) {}

  const first_time* find(const id_hash& id) const {
    const auto found = known_.find(id);
    return found == known_.end() ? nullptr : &found->second;
  }
  /// @param noted when the window begins
  void add(const id_hash& id, first_time first, wall_time noted) {
    if (!known_.emplace(id, first).second) return;
    order_.push_back({id, noted});
    if (order_.size() > most_) forget_oldest();
  }
  /// Takes back the calls of `add` that were last; their ids were new.
  void take_back(std::size_t count) {
    for (; count > 0 && !order_.empty(); --count) {
      known_.erase(order_.back().id);
      order_.pop_back();
    }
  }
  void expire(wall_time now) {
    while (!order_.empty() && order_.front().noted + window_ <= now)
      forget_oldest();
  }
  std::size_t size() const noexcept { return order_.size(); }
  std::chrono::milliseconds window() const noexcept { return window_; }
  std::size_t most() const noexcept { return most_; }

 private:
  struct hash {
    std::size_t operator()(const id_hash& id) const noexcept {
      std::size_t h; // a part of a keyed hash is one
      std::memcpy(&h, id.data(), sizeof h);
      return h;
    }
  };
  struct remembered {
    id_hash id;
    wall_time noted;
  };

  void forget_oldest() {
    known_.erase(order_.front().id);
    order_.pop_front();
  }

  std::chrono::milliseconds window_;
  std::size_t most_;
  boost::unordered_flat_map<id_hash, first_time, hash> known_;
  std::deque<remembered> order_;
};

} // namespace asio_chat::sqlite
