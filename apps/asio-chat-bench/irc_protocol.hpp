#pragma once

#include "protocol.hpp"

namespace asio_chat::bench {

/// IRC as in RFC 1459 and 2812: a nick, one channel, and its messages.
class irc_protocol final : public protocol {
 public:
  /// The RFCs allow 512; message tags need more.
  static constexpr std::size_t max_line_bytes = 8192;

  void login(const part& as, std::string& out) override;
  void publish(std::string_view text, std::string& out) override;
  std::size_t feed(std::string_view in, sink& to, std::string& out) override;

 private:
  void take(std::string_view line, sink& to, std::string& out);

  std::string channel_;
};

} // namespace asio_chat::bench
