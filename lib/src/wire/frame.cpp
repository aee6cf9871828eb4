#include "wire/frame.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace asio_chat::wire {

namespace {

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

found_frame find_frame(std::string_view bytes, std::size_t payload_cap) noexcept {
  using enum frame_status;
  if (bytes.size() < header_bytes) return {need_more, {}, 0, 0};
  const std::size_t length = length_at(bytes.data());
  if (length > payload_cap) return {too_large, {}, 0, length};
  if (bytes.size() - header_bytes < length) return {need_more, {}, 0, length};
  return {frame, bytes.substr(header_bytes, length), header_bytes + length, length};
}

frame_status frame_reader::next(std::string_view& payload) noexcept {
  const found_frame f = find_frame(input_.unread(), payload_cap_);
  if (f.status == frame_status::frame) payload = f.payload;
  input_.consume(f.bytes);
  return f.status;
}

} // namespace asio_chat::wire
