// The ids of messages in one log in memory.
#pragma once

#include "journal/counted_id.hpp"

#include <asio_chat/identity.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace asio_chat {

/// Finds the entry that an author has given an id. Of counters 64 in a row share a place in the
/// table, and those of entries that follow each other a run:
///
///     table   [ alice, phone-, block 3 ]  ->  [ from offset 700 on: 195, 196, 197 ]
///             [ bob, "order 66"        ]  ->  [ offset 703 ]
///
/// What makes it small, and lets most ids be found without looking into the table, is how people
/// send; that it is right does not depend on it.
class memory_ids {
 public:
  memory_ids() = default;
  memory_ids(const memory_ids&) = delete;
  memory_ids& operator=(const memory_ids&) = delete;

  /// What a client calls its message. As long-lived as author and text.
  class message_id {
   public:
    message_id(const identity& author, std::string_view id) noexcept;
    bool none() const noexcept { return none_; }

   private:
    friend memory_ids;
    static constexpr std::uint64_t no_counter = ~std::uint64_t{0}; // more than a block's number
    const identity& author_;
    std::string_view name_; ///< all of one that is no counter
    std::uint64_t block_ = no_counter;
    std::uint8_t index_ = 0; ///< in the block
    bool none_;
  };

  /// The offset of its entry.
  std::optional<std::uint64_t> find(const message_id& id) const;
  /// @param id is new
  /// @param offset more than those before
  void add(const message_id& id, std::uint64_t offset);
  /// Of the entry with this offset, if it has one; those before have been forgotten.
  void forget(std::uint64_t offset);
  /// Destroys as many ids or more, as long as there are any. Must not be used any more.
  void destroy(std::size_t count);
  /// That they take, about.
  std::size_t bytes() const noexcept { return bytes_; }

 private:
  struct run {
    std::uint64_t first; ///< offset
    std::uint8_t index;
    std::uint8_t count;
  };
  struct key {
    identity author;
    std::string name;
    std::uint64_t block;
  };
  struct hash {
    using is_transparent = void;
    std::size_t operator()(const key& k) const noexcept;
    std::size_t operator()(const message_id& id) const noexcept;
  };
  struct same {
    using is_transparent = void;
    bool operator()(const key& a, const key& b) const noexcept;
    bool operator()(const key& k, const message_id& id) const noexcept;
    bool operator()(const message_id& id, const key& k) const noexcept { return (*this)(k, id); }
  };
  using table = std::unordered_map<key, std::vector<run>, hash, same>;

  const table::value_type* place_of(const message_id& id) const;
  void erase_place(const table::value_type& place);

  table table_; ///< the runs of each in the order of the log
  /// Where each run is, in the order of the log: it is the first one there that is left.
  std::deque<table::value_type*> order_;
  table::value_type* last_ = nullptr; ///< of the id that was added last
  std::size_t bytes_ = 0;
};

} // namespace asio_chat
