#include "net/outbox.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <string>
#include <utility>

namespace asio_chat::net {

namespace {

/// Fewer bytes of a block are copied.
constexpr std::size_t min_kept = 4 * 1024;
/// And so are fewer than this part of its bytes.
constexpr std::size_t min_part = 8;

} // namespace

write_buffers::buffer write_buffers::take() {
  if (free_.empty()) return std::make_unique_for_overwrite<char[]>(size);
  buffer b = std::move(free_.back());
  free_.pop_back();
  return b;
}

void write_buffers::give_back(buffer b) {
  if (free_.size() < max_kept) free_.push_back(std::move(b));
}

std::size_t full_mark(const limits& l, std::size_t all) noexcept {
  const std::size_t half = l.outbox_total_bytes / 2;
  const std::size_t pause = l.outbox_pause_bytes;
  if (all <= half || pause <= write_buffers::size) return pause;
  const auto left = static_cast<double>(2 * half - std::min(all, 2 * half));
  return write_buffers::size +
         static_cast<std::size_t>(static_cast<double>(pause - write_buffers::size) * left /
                                  static_cast<double>(half));
}

void outbox::push_part(const shared_bytes& b) {
  if (queue_.size() - std::max(settled_, head_) >= max_unsettled) settle();
  queue_.push_back(b);
}

std::string_view outbox::start_write(write_buffers& buffers) {
  assert(!empty() && !writing());
  const bool alone = head_ + 1 == queue_.size() || queue_[head_].size() >= write_buffers::size;
  if (alone) {
    whole_ = queue_[head_].first(write_buffers::size);
    rest_ = whole_.view();
    took(rest_.size());
  } else {
    together_ = buffers.take();
    std::size_t used = 0;
    while (head_ < queue_.size() && used < write_buffers::size) {
      const std::string_view part = queue_[head_].view().substr(0, write_buffers::size - used);
      std::memcpy(together_.get() + used, part.data(), part.size());
      used += part.size();
      took(part.size());
    }
    rest_ = {together_.get(), used};
  }
  compact();
  return rest_;
}

std::string_view outbox::wrote(std::size_t n, write_buffers& buffers) {
  assert(n <= rest_.size());
  bytes_ -= n;
  rest_.remove_prefix(n);
  if (rest_.empty()) {
    whole_ = {};
    if (together_) buffers.give_back(std::move(together_));
  }
  return rest_;
}

void outbox::took(std::size_t n) {
  queue_[head_].remove_first(n);
  if (queue_[head_].size() == 0) queue_[head_++] = {};
}

void outbox::settle() {
  std::size_t to = std::max(settled_, head_);
  std::string together;
  byte_meter_ptr meter;
  const auto lay_down = [&] {
    if (together.empty()) return;
    together.shrink_to_fit();
    queue_[to++] = share(std::exchange(together, {}), meter);
  };
  for (std::size_t from = to; from < queue_.size();) {
    const byte_block* block = queue_[from].block();
    std::size_t end = from;
    std::size_t bytes = 0;
    for (; end < queue_.size() && queue_[end].block() == block; ++end)
      bytes += queue_[end].size();
    if (bytes >= std::max(min_kept, block->view().size() / min_part)) {
      lay_down();
      while (from < end)
        queue_[to++] = std::move(queue_[from++]);
      continue;
    }
    meter = block->meter();
    for (; from < end; ++from) {
      if (together.size() + queue_[from].size() > write_buffers::size) lay_down();
      together.append(queue_[from].view());
    }
  }
  lay_down();
  queue_.resize(to);
  settled_ = to;
}

void outbox::compact() {
  if (head_ == queue_.size()) {
    queue_.clear();
    head_ = settled_ = 0;
  } else if (head_ >= 64 && head_ >= queue_.size() / 2) {
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(head_));
    settled_ -= std::min(settled_, head_);
    head_ = 0;
  }
}

} // namespace asio_chat::net
