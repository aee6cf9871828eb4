#include "wire/frame.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

namespace asio_chat::wire {

namespace {

constexpr std::size_t first_buffer = 1024;
constexpr std::size_t least_room = 512;
// One TLS record: a read never brings more.
constexpr std::size_t whole_record = 16 * 1024;

std::size_t length_at(const char* p) noexcept {
  const auto byte = [p](int i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(p[i]));
  };
  return byte(0) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3);
}

std::array<char, header_bytes> header_of(std::size_t n) noexcept {
  assert(n <= 0xFFFF'FFFF);
  return {static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8),
          static_cast<char>(n)};
}

} // namespace

void append_frame(std::string& out, std::string_view payload) {
  const auto header = header_of(payload.size());
  out.append(header.data(), header.size());
  out.append(payload);
}

void set_length(std::string& out, std::size_t payload_bytes) noexcept {
  std::ranges::copy(header_of(payload_bytes), out.begin());
}

std::string frame(std::string_view payload) {
  std::string out;
  out.reserve(header_bytes + payload.size());
  append_frame(out, payload);
  return out;
}

std::span<char> frame_reader::prepare() {
  // A peer that fills the room sends much: a whole record shall go in one read.
  const bool too_small = end_ == buffer_.size() && buffer_.size() < whole_record;
  if (begin_ == end_) begin_ = end_ = 0;
  if (too_small || buffer_.size() - end_ < least_room) {
    if (begin_ > 0) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, pending());
      end_ -= begin_;
      begin_ = 0;
    }
    if (too_small || buffer_.size() - end_ < least_room) {
      const std::size_t most = std::max(whole_record, payload_cap_ + header_bytes + least_room);
      buffer_.resize(std::min(most, std::max(first_buffer, buffer_.size() * 4)));
    }
  }
  return {buffer_.data() + end_, buffer_.size() - end_};
}

void frame_reader::give_back() noexcept {
  if (pending() > 0) return;
  begin_ = end_ = 0;
  std::vector<char>().swap(buffer_);
}

std::size_t frame_reader::announced() const noexcept {
  return pending() < header_bytes ? 0 : length_at(buffer_.data() + begin_);
}

frame_reader::status frame_reader::next(std::string_view& payload) noexcept {
  if (pending() < header_bytes) return status::need_more;
  const std::size_t length = announced();
  if (length > payload_cap_) return status::too_large;
  if (pending() - header_bytes < length) return status::need_more;
  payload = {buffer_.data() + begin_ + header_bytes, length};
  begin_ += header_bytes + length;
  return status::frame;
}

} // namespace asio_chat::wire
