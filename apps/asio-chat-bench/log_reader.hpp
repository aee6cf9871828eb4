#pragma once

#include "native_client.hpp"
#include "protocol.hpp"

namespace asio_chat::bench {

/// The native protocol as a client speaks it that comes back: it has all up to a position, gets
/// what follows it, and then what is said. A gap, an error or a goodbye is thrown as `broken`.
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
