#pragma once

#include "protocol.hpp"

#include <cstdint>

namespace asio_chat::bench {

/// `asio-chat/2`: frames as in the text protocol, a protobuf message in each.
class native_2_protocol final : public protocol {
 public:
  static constexpr std::string_view alpn_name = "asio-chat/2";
  static constexpr std::size_t max_frame_bytes = 65'536;

  std::string_view alpn() const override { return alpn_name; }
  void login(const part& as, std::string& out) override;
  void publish(std::string_view text, std::string& out) override;
  std::size_t feed(std::string_view in, sink& to, std::string& out) override;

  /// One frame with one message to the server.
  /// @param what its number in `ToServer` of docs/protocol/asio_chat.proto
  static void append(std::uint32_t what, const std::string& body, std::string& out);

 private:
  void take(std::string_view message, sink& to);

  std::string room_;
  std::uint64_t ids_ = 0;
};

} // namespace asio_chat::bench
