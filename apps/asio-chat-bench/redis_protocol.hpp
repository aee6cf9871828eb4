#pragma once

#include "protocol.hpp"

namespace asio_chat::bench {

/// RESP2 of Redis. A subscriber may not publish there, so a publisher does not subscribe.
class redis_protocol final : public protocol {
 public:
  static constexpr std::size_t max_line_bytes = 8192;
  static constexpr std::size_t max_text_bytes = 32'768;

  void login(const part& as, std::string& out) override;
  void publish(std::string_view text, std::string& out) override;
  std::size_t feed(std::string_view in, sink& to, std::string& out) override;

 private:
  /// The length of the complete reply at the front, or 0.
  std::size_t take(std::string_view in, sink& to);
  std::size_t take_array(std::string_view in, std::size_t at, std::size_t count, sink& to);

  std::string channel_;
};

} // namespace asio_chat::bench
