#pragma once

#include "protocol.hpp"

namespace asio_chat::bench {

/// The client protocol of NATS: one subscription, and no echo of one's own messages.
class nats_protocol final : public protocol {
 public:
  static constexpr std::size_t max_line_bytes = 32'768; ///< INFO is long
  static constexpr std::size_t max_payload_bytes = 32'768;

  std::string_view greeting() const override { return "INFO "; }
  void login(const part& as, std::string& out) override;
  void publish(std::string_view text, std::string& out) override;
  std::size_t feed(std::string_view in, sink& to, std::string& out) override;

 private:
  std::string subject_;
};

} // namespace asio_chat::bench
