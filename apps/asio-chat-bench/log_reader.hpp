#pragma once

#include "native_client.hpp"
#include "protocol.hpp"

namespace asio_chat::bench {

/// The native protocol of a client that comes back: it has everything up to a position, gets the
/// entries after it, and then live ones. Throws `broken` for a gap, an error or a goodbye.
class log_reader final : public protocol {
 public:
  explicit log_reader(const position& has)
      : has_(has) {}

  void login(const part& as, std::string& out) override;
  void publish(std::string_view text, std::string& out) override;
  std::size_t feed(std::string_view in, sink& to, std::string& out) override;

 private:
  void take(std::string_view frame, sink& to);

  const position has_;
  std::uint64_t ids_ = 0;
};

} // namespace asio_chat::bench
