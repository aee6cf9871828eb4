#include "base/input_buffer.hpp"

#include <algorithm>
#include <cstring>

namespace asio_chat {

namespace {

constexpr std::size_t first_size = 1024;
constexpr std::size_t min_room = 512;
// One TLS record: a read never brings more.
constexpr std::size_t whole_record = 16 * 1024;

} // namespace

std::span<char> input_buffer::prepare() {
  // A peer that fills the room sends much: a whole record shall go in one read.
  const bool too_small = end_ == bytes_.size() && bytes_.size() < whole_record;
  if (begin_ == end_) begin_ = end_ = 0;
  if (too_small || bytes_.size() - end_ < min_room) {
    if (begin_ > 0) {
      std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (too_small || bytes_.size() - end_ < min_room) {
      const std::size_t max = std::max(whole_record, longest_ + min_room);
      bytes_.resize(std::min(max, std::max(first_size, bytes_.size() * 4)));
    }
  }
  return {bytes_.data() + end_, bytes_.size() - end_};
}

void input_buffer::give_back() noexcept {
  if (begin_ != end_) return;
  begin_ = end_ = 0;
  std::vector<char>().swap(bytes_);
}

} // namespace asio_chat
