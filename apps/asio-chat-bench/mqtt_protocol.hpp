#pragma once

#include "protocol.hpp"

namespace asio_chat::bench {

/// MQTT 3.1.1 with QoS 0. A subscriber receives its own messages, so a publisher does not
/// subscribe.
class mqtt_protocol final : public protocol {
 public:
  static constexpr std::size_t max_packet_bytes = 32'768;

  void login(const part& as, std::string& out) override;
  void publish(std::string_view text, std::string& out) override;
  std::size_t feed(std::string_view in, sink& to, std::string& out) override;

 private:
  void take(unsigned char type, std::string_view body, sink& to, std::string& out);

  std::string topic_;
  bool hears_ = false;
};

} // namespace asio_chat::bench
