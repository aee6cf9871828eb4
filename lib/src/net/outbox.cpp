#include "net/outbox.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <string>
#include <utility>

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

void outbox::push_part(const shared_bytes& b) {
  if (queue_.size() - std::max(settled_, head_) >= most_unsettled) settle();
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
  for (std::size_t from = to; from < queue_.size();) {
    std::string together;
    do {
      together.append(queue_[from++].view());
    } while (from < queue_.size() && together.size() + queue_[from].size() <= write_buffers::size);
    queue_[to++] = share(std::move(together));
  }
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
