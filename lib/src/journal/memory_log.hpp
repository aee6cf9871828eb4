// One log in memory.
#pragma once

#include <asio_chat/journal.hpp>

#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat {

/// The newest entries of a room. Their bytes lie behind one another in blocks, so that an entry is
/// kept without an allocation of its own, and forgotten by going on to the next one. The log keeps
/// the room's name once.
///
///     entries_   [ oldest ] [ ... ] [ newest ]     numbers, and where the bytes are
///                    |          |        |
///     blocks_    [ from text id from text id ] [ from text id ....... ]
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
  /// Of the entries that are kept. Blocks that are begun, or not yet done with, take up to 32 KiB
  /// more.
  std::size_t bytes() const noexcept { return bytes_; }

  std::size_t text_bytes(std::uint64_t offset) const { return kept_at(offset).text_bytes; }
  /// The entry as it is read, without its id. What `into` had is overwritten.
  void read_entry(std::uint64_t offset, entry& into) const;
  journal::page read(const journal::range& part) const;

  /// What a client calls its message. As long-lived as the record that it is of.
  class message_id {
   public:
    explicit message_id(const journal::record& r) noexcept
        : message_id(r.author, r.what.id) {}
    bool none() const noexcept { return id_.empty(); }

   private:
    friend memory_log;
    message_id(const identity& author, std::string_view id) noexcept;

    const identity& author_;
    std::string_view id_;
    std::size_t hash_;
  };
  struct found {
    position at;
    wall_time time;
  };
  /// The entry that the author has given this id before; none if there is none, or no id.
  std::optional<found> find(const message_id& id) const;
  /// Keeps a copy, and gives the record its position.
  /// @param id the record's
  void append(journal::record& r, const message_id& id);
  /// What the entry has said is overwritten. One that there is not is passed over.
  void destroy_text(std::uint64_t offset) noexcept;
  void drop_oldest();
  /// Destroys up to `count` of the entries. The log must not be used any more.
  void destroy(std::size_t count);

  std::size_t followers = 0; ///< the log is in use if there are any

 private:
  struct kept {
    char* bytes; ///< the author's name, the text and the id, one after the other
    wall_time time;
    identity author;
    std::size_t id_hash;
    std::uint32_t from_bytes;
    std::uint32_t text_bytes;
    std::uint32_t id_bytes; ///< 0: it has none
    entry_kind kind;
    bool begins_block;
    entry_reference refers;

    std::string_view from() const noexcept { return {bytes, from_bytes}; }
    std::string_view text() const noexcept {
      return kind == entry_kind::destroyed ? destroyed_text
                                           : std::string_view(bytes + from_bytes, text_bytes);
    }
    std::string_view id() const noexcept { return {bytes + from_bytes + text_bytes, id_bytes}; }
    std::size_t weight() const noexcept;
  };
  struct hash_id {
    using is_transparent = void;
    std::size_t operator()(const message_id& m) const noexcept { return m.hash_; }
    std::size_t operator()(std::uint64_t offset) const { return in->kept_at(offset).id_hash; }
    const memory_log* in;
  };
  struct same_id {
    using is_transparent = void;
    bool operator()(const message_id& a, std::uint64_t b) const { return in->is_of(b, a); }
    bool operator()(std::uint64_t a, const message_id& b) const { return in->is_of(a, b); }
    bool operator()(std::uint64_t a, std::uint64_t b) const { return a == b; }
    const memory_log* in;
  };

  const kept& kept_at(std::uint64_t offset) const { return entries_[offset - first_offset()]; }
  bool is_of(std::uint64_t offset, const message_id& id) const;
  /// Room for so many bytes behind the others; whether that began a block.
  bool make_room(std::size_t bytes);
  char* put(std::string_view bytes);

  std::string room_;
  std::uint64_t epoch_;
  std::deque<kept> entries_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr; ///< in the newest block
  std::size_t free_bytes_ = 0;
  std::uint64_t last_offset_ = 0;
  std::size_t bytes_ = 0;
  std::string topic_;
  /// Offsets of entries with an id.
  boost::unordered_flat_set<std::uint64_t, hash_id, same_id> by_id_{0, hash_id{this},
                                                                    same_id{this}};
};

} // namespace asio_chat
