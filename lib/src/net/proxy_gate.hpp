// Connections of proxies, until it is known whose they are.
#pragma once

#include "net/network_list.hpp"
#include "net/proxy_header.hpp"
#include "transport/loop_time.hpp"
#include "transport/stream.hpp"

#include <asio_chat/error.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::net {

/// Who is listed as a proxy.
struct proxy_list {
  network_list networks;
  bool through_unix_sockets = false;

  bool empty() const noexcept { return networks.empty() && !through_unix_sockets; }
};

/// `unix`, addresses and networks.
result<proxy_list> read_proxies(const std::vector<std::string>& texts);

/// Reads the header of a connection, and not a byte more: TLS begins behind it. It has a deadline
/// of its own, and there are no more at once than would be of a proxy that works.
class proxy_gate : public std::enable_shared_from_this<proxy_gate> {
 public:
  static constexpr std::size_t max_waiting = 1024;

  /// @param client none: the connection counts as the proxy's own
  using passed = std::function<void(transport::tcp_socket,
                                    const std::optional<boost::asio::ip::tcp::endpoint>& client)>;
  /// It is closed.
  using refused = std::function<void(const std::string& proxy, std::string_view why)>;

  proxy_gate(transport::loop on, proxy_list proxies, std::chrono::milliseconds time, refused tell,
             std::size_t most = max_waiting)
      : loop_(std::move(on))
      , proxies_(std::move(proxies))
      , header_time_(time)
      , refused_(std::move(tell))
      , most_(most) {}
  ~proxy_gate() { close(); }
  proxy_gate(const proxy_gate&) = delete;
  proxy_gate& operator=(const proxy_gate&) = delete;

  bool is_proxy(const boost::asio::ip::address& a) const { return proxies_.networks.contains(a); }
  bool unix_sockets_are_proxies() const noexcept { return proxies_.through_unix_sockets; }
  bool has_proxies() const noexcept { return !proxies_.empty(); }

  /// @param from of the proxy, for the log
  void receive(transport::tcp_socket socket, std::string from, passed then);
  std::size_t waiting() const noexcept { return all_.size(); }
  void close();

 private:
  struct reception;
  using reception_ptr = std::shared_ptr<reception>;

  void read(const reception_ptr& r, std::size_t until);
  void came(const reception_ptr& r, bool is_over);
  void refuse(const reception_ptr& r, std::string_view why);

  transport::loop loop_;
  proxy_list proxies_;
  std::chrono::milliseconds header_time_;
  refused refused_;
  std::size_t most_; ///< may wait at the same time
  std::set<reception_ptr> all_;
};

} // namespace asio_chat::net
