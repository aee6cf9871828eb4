#include "net/outbox.hpp"

#include <cassert>
#include <cstring>

namespace asio_chat::net {

write_buffers::buffer write_buffers::take() {
  if (free_.empty()) return std::make_unique_for_overwrite<char[]>(size);
  buffer b = std::move(free_.back());
  free_.pop_back();
  return b;
}

void write_buffers::give_back(buffer b) {
  if (free_.size() < most_kept) free_.push_back(std::move(b));
}

std::string_view outbox::start_write(write_buffers& buffers) {
  assert(!empty() && !writing());
  const bool alone = head_ + 1 == queue_.size() ||
                     queue_[head_]->size() + queue_[head_ + 1]->size() > write_buffers::size;
  if (alone) {
    whole_ = std::move(queue_[head_++]);
    rest_ = whole_->view();
  } else {
    together_ = buffers.take();
    std::size_t used = 0;
    for (; head_ < queue_.size(); ++head_) {
      const std::string_view block = queue_[head_]->view();
      if (used + block.size() > write_buffers::size) break;
      std::memcpy(together_.get() + used, block.data(), block.size());
      used += block.size();
      queue_[head_].reset();
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
    whole_.reset();
    if (together_) buffers.give_back(std::move(together_));
  }
  return rest_;
}

void outbox::compact() {
  if (head_ == queue_.size()) {
    queue_.clear();
    head_ = 0;
  } else if (head_ >= 64 && head_ >= queue_.size() / 2) {
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
}

} // namespace asio_chat::net
