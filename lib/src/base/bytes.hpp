// Immutable bytes with many readers: an event is encoded once and every outbox holds a reference.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <cassert>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace asio_chat {

/// How much memory the blocks take that were made with it and are still there, each once, however
/// many wait for its bytes.
class byte_meter : public boost::intrusive_ref_counter<byte_meter, boost::thread_unsafe_counter> {
 public:
  std::size_t bytes() const noexcept { return bytes_; }

 private:
  friend class byte_block;
  std::size_t bytes_ = 0;
};

using byte_meter_ptr = boost::intrusive_ptr<byte_meter>;

/// Memory that bytes are written to once, behind one another. The count is not atomic: bytes never
/// leave the thread of their server or client.
class byte_block : public boost::intrusive_ref_counter<byte_block, boost::thread_unsafe_counter> {
 public:
  /// @param meter may be null
  explicit byte_block(std::string bytes, byte_meter_ptr meter = {}) noexcept
      : bytes_(std::move(bytes))
      , meter_(std::move(meter)) {
    if (meter_) meter_->bytes_ += bytes_.capacity();
  }
  explicit byte_block(std::size_t capacity, byte_meter_ptr meter = {})
      : byte_block(
            [capacity] {
              std::string room;
              room.reserve(capacity);
              return room;
            }(),
            std::move(meter)) {}
  ~byte_block() {
    if (meter_) meter_->bytes_ -= bytes_.capacity();
  }
  byte_block(const byte_block&) = delete;
  byte_block& operator=(const byte_block&) = delete;

  const byte_meter_ptr& meter() const noexcept { return meter_; }

  std::size_t room() const noexcept { return bytes_.capacity() - bytes_.size(); }
  /// What was given out before stays where it is.
  std::string_view append(std::string_view more) {
    assert(more.size() <= room());
    bytes_.append(more);
    return std::string_view(bytes_).substr(bytes_.size() - more.size());
  }
  std::string_view view() const noexcept { return bytes_; }
  /// Only when nobody has any of it.
  void clear() noexcept { bytes_.clear(); }

 private:
  std::string bytes_;
  byte_meter_ptr meter_;
};

/// A part of a block, which it keeps.
class shared_bytes {
 public:
  shared_bytes() = default;
  shared_bytes(boost::intrusive_ptr<const byte_block> block, std::string_view part) noexcept
      : block_(std::move(block))
      , part_(part) {}

  std::string_view view() const noexcept { return part_; }
  std::size_t size() const noexcept { return part_.size(); }
  explicit operator bool() const noexcept { return block_ != nullptr; }
  const byte_block* block() const noexcept { return block_.get(); }

  shared_bytes first(std::size_t n) const noexcept { return {block_, part_.substr(0, n)}; }
  void remove_first(std::size_t n) noexcept { part_.remove_prefix(n); }

  /// Takes in `next` as well if it lies right behind this in the same block.
  bool extend(const shared_bytes& next) noexcept {
    if (part_.data() + part_.size() != next.part_.data() || block_ != next.block_) return false;
    part_ = {part_.data(), part_.size() + next.part_.size()};
    return true;
  }

 private:
  boost::intrusive_ptr<const byte_block> block_;
  std::string_view part_;
};

/// Bytes in a block of their own.
inline shared_bytes share(std::string bytes, byte_meter_ptr meter = {}) {
  const boost::intrusive_ptr<const byte_block> block(
      new byte_block(std::move(bytes), std::move(meter)));
  return {block, block->view()};
}

/// Lays bytes that many will read side by side. A reader of all of them has one long part in the
/// end and not many short ones: nothing to count, to copy together, or to look up for each.
class byte_run {
 public:
  static constexpr std::size_t block_bytes = 64 * 1024;

  /// @param meter of its blocks; may be null
  explicit byte_run(byte_meter_ptr meter = {})
      : meter_(std::move(meter)) {}

  shared_bytes append(std::string bytes);

 private:
  byte_meter_ptr meter_;
  boost::intrusive_ptr<byte_block> block_;
};

} // namespace asio_chat
