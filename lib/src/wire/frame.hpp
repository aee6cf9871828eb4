// Length-prefixed frames: 4 bytes of length, big-endian, then that many bytes of payload.
#pragma once

#include "base/input_buffer.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace asio_chat::wire {

inline constexpr std::size_t header_bytes = 4;
inline constexpr std::size_t text_payload_cap = 8192;    ///< of the text protocol
inline constexpr std::size_t native_payload_cap = 65536; ///< of the native protocol

/// Appends a frame. The payload must fit the protocol's cap: that is the codecs' business.
void append_frame(std::string& out, std::string_view payload);
std::string frame(std::string_view payload);
/// Of a frame that was begun before its payload was known; its header comes first in `out`.
void set_length(std::string& out, std::size_t payload_bytes) noexcept;

enum class frame_status {
  frame,     ///< a whole one
  need_more, ///< nothing complete is there
  too_large, ///< a length above the cap; nothing can be read from here on
};

/// What stands at the beginning of bytes that came.
struct found_frame {
  frame_status status = frame_status::need_more;
  std::string_view payload;  ///< part of the bytes
  std::size_t bytes = 0;     ///< of the whole frame, header included
  std::size_t announced = 0; ///< the length that the header gives; 0 if that is not complete
};
found_frame find_frame(std::string_view bytes, std::size_t payload_cap) noexcept;

/// Takes bytes as they come and gives frames. It owns the bytes and does no I/O:
/// read into `prepare()`, say how much came with `commit(n)`, then call `next` until it has no
/// more.
class frame_reader {
 public:
  using status = frame_status;

  explicit frame_reader(std::size_t payload_cap) noexcept
      : payload_cap_(payload_cap)
      , input_(header_bytes + payload_cap) {}

  std::span<char> prepare() { return input_.prepare(); }
  void commit(std::size_t n) noexcept { input_.commit(n); }
  /// @param payload of the frame, valid until the next call of `prepare`
  status next(std::string_view& payload) noexcept;

  /// Received and not given out yet.
  std::size_t pending() const noexcept { return input_.unread().size(); }
  /// The length that the unfinished frame announces; 0 if its header is not complete.
  std::size_t announced() const noexcept {
    return find_frame(input_.unread(), payload_cap_).announced;
  }

 private:
  std::size_t payload_cap_;
  input_buffer input_;
};

} // namespace asio_chat::wire
