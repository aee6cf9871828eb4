// One log in memory.
#pragma once

#include "journal/journal.hpp"

#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

namespace asio_chat {

/// The newest entries of a room. The log keeps the room's name once, and not in every entry.
class memory_log {
 public:
  memory_log(std::string room, std::uint64_t epoch)
      : room_(std::move(room))
      , epoch_(epoch) {}
  memory_log(const memory_log&) = delete; // the table of ids knows where it is
  memory_log& operator=(const memory_log&) = delete;

  const std::string& room() const noexcept { return room_; }
  position head() const noexcept { return {epoch_, last_offset_}; }
  const std::string& topic() const noexcept { return topic_; }
  std::uint64_t first_offset() const noexcept { return last_offset_ + 1 - entries_.size(); }
  std::size_t size() const noexcept { return entries_.size(); }
  std::size_t bytes() const noexcept { return bytes_; }

  /// The entry as it is kept: without the room.
  const entry& at(std::uint64_t offset) const { return kept(offset).what; }
  /// The entry as it is read: with the room, and without the id.
  journal::record whole(std::uint64_t offset) const;
  journal::page read(const journal::range& part) const;

  /// The entry that the author has given this id before; null if there is none, or no id.
  const entry* first_with_id_of(const journal::record& r) const;
  /// Keeps a copy, and gives the record its position.
  void append(journal::record& r);
  void drop_oldest();
  /// Destroys up to `count` of the entries. The log must not be used any more.
  void destroy(std::size_t count);

  std::size_t followers = 0; ///< the log is in use if there are any

 private:
  /// What a client calls its message.
  struct message_id {
    explicit message_id(const journal::record& r) noexcept
        : author(r.author)
        , id(r.what.id) {}
    bool operator==(const message_id& other) const noexcept {
      return author == other.author && id == other.id;
    }

    const identity& author;
    std::string_view id;
  };
  struct hash_id {
    using is_transparent = void;
    std::size_t operator()(const message_id& m) const noexcept {
      std::size_t seed = std::hash<std::string_view>()(m.id);
      boost::hash_range(seed, m.author.begin(), m.author.end());
      return seed;
    }
    std::size_t operator()(std::uint64_t offset) const { return (*this)(in->id_at(offset)); }
    const memory_log* in;
  };
  struct same_id {
    using is_transparent = void;
    bool operator()(const message_id& a, std::uint64_t b) const { return a == in->id_at(b); }
    bool operator()(std::uint64_t a, const message_id& b) const { return b == in->id_at(a); }
    bool operator()(std::uint64_t a, std::uint64_t b) const { return a == b; }
    const memory_log* in;
  };

  const journal::record& kept(std::uint64_t offset) const {
    return entries_[offset - first_offset()];
  }
  message_id id_at(std::uint64_t offset) const { return message_id(kept(offset)); }

  std::string room_;
  std::uint64_t epoch_;
  std::deque<journal::record> entries_;
  std::uint64_t last_offset_ = 0;
  std::size_t bytes_ = 0;
  std::string topic_;
  /// Offsets of entries with an id.
  boost::unordered_flat_set<std::uint64_t, hash_id, same_id> by_id_{0, hash_id{this},
                                                                    same_id{this}};
};

} // namespace asio_chat
