// Which ids of messages are known, so that a message that is sent again is not kept again.
#pragma once

#include "base/clock.hpp"
#include "journal/sqlite/id_list.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <deque>
#include <optional>
#include <vector>

namespace asio_chat::sqlite {

/// Remembers each for the window. If they are more than so many, the oldest go, but for those of
/// authors who have less than half of what an author has on average: authors who send much do not
/// push out the ids of those who send little. An author counts once in each room.
///
/// Counters are remembered by their blocks: of those that come one after the other, and of entries
/// that do, only the first and how many they are.
class id_memory {
 public:
  struct first_time {
    std::uint64_t offset;
    wall_time time; ///< of the entry
  };

  id_memory(std::chrono::milliseconds window, std::size_t max_ids)
      : window_(window)
      , max_ids_(max_ids) {}

  std::optional<first_time> find(const hashed_id& id) const;
  /// @param noted when the window begins
  void add(const hashed_id& id, first_time first, steady_time noted);
  /// Takes back the calls of `add` since the last `forget`; their ids were new.
  void take_back(std::size_t count);
  void clear() noexcept;
  /// So many without a counter are to be added.
  void expect(std::size_t count) { texts_.reserve(count); }
  /// To be called after calls of `add` that were not in the order of `noted`.
  void sort();
  /// What is older than the window, and what is too much.
  void forget(steady_time now);
  std::size_t size() const noexcept { return texts_.size() + counted_; }
  std::chrono::milliseconds window() const noexcept { return window_; }

  /// One was added by the hash of its text that may have a counter.
  void may_be_counted(steady_time noted);
  /// Such a one may be known still.
  bool may_know_by_text(steady_time now) const noexcept {
    return by_text_until_ && now < *by_text_until_;
  }

 private:
  struct hash {
    std::size_t operator()(const id_hash& id) const noexcept {
      std::size_t h; // a part of a keyed hash is one
      std::memcpy(&h, id.data() + id.size() - sizeof h, sizeof h);
      return h;
    }
  };
  /// The ids of a block that are known.
  class block {
   public:
    std::optional<first_time> find(std::uint8_t index) const;
    void add(std::uint8_t index, first_time first);
    void remove(std::uint8_t index);
    bool empty() const noexcept { return runs_.empty(); }

   private:
    struct run {
      first_time first;
      std::uint8_t index;
      std::uint8_t count;
      bool has(std::uint8_t i) const noexcept { return i >= index && i - index < count; }
    };
    std::vector<run> runs_; ///< in no order; mostly one
  };
  /// Some that came one after the other, the oldest first.
  struct remembered {
    hashed_id first;
    std::uint8_t count;
    steady_time noted; ///< the time of day may be set
    hashed_id at(std::uint8_t n) const noexcept {
      hashed_id id = first;
      if (id.is_counted()) id.index = static_cast<std::uint8_t>(id.index + n);
      return id;
    }
  };

  static std::uint32_t author_of(const id_hash& id) noexcept {
    std::uint32_t author;
    std::memcpy(&author, id.data(), sizeof author);
    return author;
  }
  bool is_spared(const id_hash& id) const;
  void forget_one();
  void expire(std::deque<remembered>& oldest_first, steady_time now);
  void erase(const hashed_id& id);

  std::chrono::milliseconds window_;
  std::size_t max_ids_;
  boost::unordered_flat_map<id_hash, first_time, hash> texts_;
  boost::unordered_flat_map<id_hash, block, hash> blocks_;
  std::size_t counted_ = 0;                                        ///< in blocks
  boost::unordered_flat_map<std::uint32_t, std::uint32_t> ids_of_; ///< how many, of each author
  std::deque<remembered> spared_;                                  ///< older than all in `order_`
  std::deque<remembered> order_;
  std::optional<steady_time> by_text_until_;
};

} // namespace asio_chat::sqlite
