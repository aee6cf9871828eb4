// Length-prefixed frames: 4 bytes of length, big-endian, then that many bytes of payload.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::wire {

inline constexpr std::size_t header_bytes = 4;
inline constexpr std::size_t text_payload_cap = 8192;    ///< of the text protocol
inline constexpr std::size_t native_payload_cap = 65536; ///< of the native protocol

/// Appends a frame. The payload must fit the protocol's cap: that is the codecs' business.
void append_frame(std::string& out, std::string_view payload);
std::string frame(std::string_view payload);
/// Of a frame that was begun before its payload was known; its header comes first in `out`.
void set_length(std::string& out, std::size_t payload_bytes) noexcept;

/// Takes bytes as they come and gives frames. It owns the bytes and does no I/O:
/// read into `prepare()`, say how much came with `commit(n)`, then call `next` until it has no
/// more. The buffer grows with what was received, never with what a length promises.
class frame_reader {
 public:
  enum class status {
    frame,     ///< `payload` is the next frame's, valid until the next call of `prepare`
    need_more, ///< nothing complete is left
    too_large, ///< a length above the cap; nothing can be read from here on
  };

  explicit frame_reader(std::size_t payload_cap) noexcept
      : payload_cap_(payload_cap) {}

  std::span<char> prepare();
  void commit(std::size_t n) noexcept { end_ += n; }
  status next(std::string_view& payload) noexcept;
  /// Forgets what was received and not given out.
  void discard() noexcept { begin_ = end_ = 0; }

  /// Gives back its memory if nothing is pending; `prepare` takes some again.
  void give_back() noexcept;

  /// Received and not given out yet.
  std::size_t pending() const noexcept { return end_ - begin_; }
  /// The first byte not given out yet; only if `pending() > 0`.
  unsigned char front() const noexcept { return static_cast<unsigned char>(buffer_[begin_]); }
  /// The length that the unfinished frame announces; 0 if its header is not complete.
  std::size_t announced() const noexcept;
  void set_payload_cap(std::size_t cap) noexcept { payload_cap_ = cap; }
  std::size_t payload_cap() const noexcept { return payload_cap_; }

 private:
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t payload_cap_;
};

} // namespace asio_chat::wire
