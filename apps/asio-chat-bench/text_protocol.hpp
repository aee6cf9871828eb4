#pragma once

#include "protocol.hpp"

#include <cstdint>
#include <string>

namespace asio_chat::bench {

/// The plain text protocol: frames of a 4-byte big-endian length and UTF-8; the first is the
/// name, the others are lines. A server sends `NAME: text`, and notices that begin with `* `. There
/// is one room, and no answer to the login.
class text_protocol final : public protocol {
 public:
  static constexpr std::size_t header_bytes = 4;
  static constexpr std::size_t max_frame_bytes = 8192;

  void login(const part& as, std::string& out) override;
  void publish(std::string_view text, std::string& out) override;
  std::size_t feed(std::string_view in, sink& to, std::string& out) override;
  std::string_view last_notice() const override { return notice_; }

  static void append_frame(std::string_view text, std::string& out);

  /// What the length at the front of `in` says; `in` holds at least `header_bytes`.
  static std::size_t frame_length(std::string_view in);

 private:
  std::string notice_;
};

} // namespace asio_chat::bench
