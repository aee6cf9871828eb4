// What waits to be sent to one session.
#pragma once

#include "base/bytes.hpp"

#include <asio_chat/limits.hpp>

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_chat::net {

/// Room for one write: as much as a TLS record holds. Borrowed for as long as the write is under
/// way, so that sessions that are not writing own none.
class write_buffers {
 public:
  static constexpr std::size_t size = 16 * 1024;
  using buffer = std::unique_ptr<char[]>;

  buffer take();
  void give_back(buffer b);

 private:
  static constexpr std::size_t max_kept = 256;
  std::vector<buffer> free_;
};

/// How much may wait for one session before it is full: as much as `limits` says while little waits
/// for all together, and less and less from half of `outbox_total_bytes` on; but a record always.
/// @param all bytes in memory that wait for any session, those that several wait for counted once
std::size_t full_mark(const limits& l, std::size_t all) noexcept;

/// A queue of shared bytes, counted. What lies side by side in memory is one part, and goes out
/// from where it lies; of several short ones `start_write` lays together as much as fills a record,
/// so that one record and one system call carry it.
///
///     pushed ->  [ head ........ ]   queue
///                   |  start_write
///                   v
///                [ current ]         one write under way; `wrote` moves through it
class outbox {
 public:
  void push(const shared_bytes& b) {
    bytes_ += b.size();
    if (!queue_.empty() && queue_.back().extend(b)) return;
    push_part(b);
  }

  /// Waiting, and in the write under way.
  std::size_t bytes() const noexcept { return bytes_; }
  /// Waiting for a write to come.
  std::size_t waiting() const noexcept { return bytes_ - rest_.size(); }
  bool empty() const noexcept { return bytes_ == 0; }
  bool writing() const noexcept { return !rest_.empty(); }

  /// What to write next; only if `!empty() && !writing()`. The view is valid until all of it
  /// `wrote`.
  std::string_view start_write(write_buffers& buffers);
  /// `n` bytes are gone; the rest of the write, empty when it is complete.
  std::string_view wrote(std::size_t n, write_buffers& buffers);

 private:
  static constexpr std::size_t max_unsettled = 16;

  void push_part(const shared_bytes& b);
  /// A few bytes of each would keep many blocks in memory that all others are done with: so few are
  /// copied. More are not: others wait for them as well, mostly, and a copy for each is more than
  /// the block.
  void settle();
  /// `n` bytes of the first part are on their way.
  void took(std::size_t n);
  void compact();

  std::vector<shared_bytes> queue_;
  std::size_t head_ = 0;
  std::size_t settled_ = 0; ///< the parts before this one keep no more than they should
  std::size_t bytes_ = 0;
  std::string_view rest_;
  shared_bytes whole_;             ///< a write of one part goes out from where it lies
  write_buffers::buffer together_; ///< of several, from here
};

} // namespace asio_chat::net
