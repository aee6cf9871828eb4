// One log in memory.
#pragma once

#include "journal/memory_ids.hpp"

#include <asio_chat/journal.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
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
///     blocks_    [ from text from text from text ] [ from text ...... ]
class memory_log {
 public:
  memory_log(std::string room, std::uint64_t epoch)
      : room_(std::move(room))
      , epoch_(epoch) {}
  memory_log(const memory_log&) = delete;
  memory_log& operator=(const memory_log&) = delete;

  const std::string& room() const noexcept { return room_; }
  position head() const noexcept { return {epoch_, last_offset_}; }
  const std::string& topic() const noexcept { return topic_; }
  std::uint64_t first_offset() const noexcept { return last_offset_ + 1 - entries_.size(); }
  std::size_t size() const noexcept { return entries_.size(); }
  /// Of a log that has entries.
  wall_time oldest_time() const noexcept { return entries_.front().time; }
  /// Of the entries that are kept. Blocks that are begun, or not yet done with, take up to 32 KiB
  /// more.
  std::size_t bytes() const noexcept { return bytes_ + ids_.bytes(); }

  std::size_t text_bytes(std::uint64_t offset) const { return kept_at(offset).text_bytes; }
  /// The entry as it is read, without its id. What `into` had is overwritten.
  void read_entry(std::uint64_t offset, entry& into) const;
  journal::page read(const journal::range& part) const;

  using message_id = memory_ids::message_id;
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
    char* bytes; ///< the author's name and the text, one after the other
    wall_time time;
    identity author;
    std::uint32_t from_bytes;
    std::uint32_t text_bytes;
    entry_kind kind;
    bool begins_block;
    entry_reference refers;

    std::string_view from() const noexcept { return {bytes, from_bytes}; }
    std::string_view text() const noexcept {
      return kind == entry_kind::destroyed ? destroyed_text
                                           : std::string_view(bytes + from_bytes, text_bytes);
    }
    std::size_t weight() const noexcept { return sizeof *this + from_bytes + text_bytes; }
  };
  const kept& kept_at(std::uint64_t offset) const { return entries_[offset - first_offset()]; }
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
  memory_ids ids_;
};

} // namespace asio_chat
