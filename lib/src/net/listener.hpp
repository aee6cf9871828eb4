// Accepts connections.
#pragma once

#include "base/logger.hpp"
#include "transport/loop_time.hpp"
#include "transport/stream.hpp"

#include <asio_chat/error.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace asio_chat::net {

/// One listening socket. An accept that fails for want of descriptors or memory is tried again
/// after a pause, so that it costs nothing while it goes on; other failures concern one peer.
class listener : public std::enable_shared_from_this<listener> {
 public:
  using accepted =
      std::function<void(transport::tcp_socket, const boost::asio::ip::tcp::endpoint&)>;

  listener(const transport::loop& on, const logger& log, accepted on_accept);

  /// One for each of these addresses, bound and listening, or none: on one port, if it may be any.
  /// What this machine does not have, an address or IPv6 as such, is left out as long as there is
  /// another, with a warning.
  /// @param at at least one
  static result<std::vector<std::shared_ptr<listener>>>
  open_all(const transport::loop& on, const logger& log, const accepted& on_accept,
           const std::vector<boost::asio::ip::tcp::endpoint>& at, int backlog);

  /// Of a socket that listens already, of TCP or a Unix socket: of these the address is empty. It
  /// is closed if it is none.
  static result<std::shared_ptr<listener>> adopt(const transport::loop& on, const logger& log,
                                                 const accepted& on_accept, int listening_socket);

  /// Where it listens.
  boost::asio::ip::tcp::endpoint address() const { return acceptor_.local_endpoint(); }
  void start() { accept(); }
  void close();

 private:
  static result<std::vector<std::shared_ptr<listener>>>
  open_each(const transport::loop& on, const logger& log, const accepted& on_accept,
            const std::vector<boost::asio::ip::tcp::endpoint>& at, int backlog);
  /// Binds with SO_REUSEADDR, and IPv6 for itself: `0.0.0.0` and `[::]` may have the same port.
  error_code open(const boost::asio::ip::tcp::endpoint& at, int backlog);
  boost::asio::ip::tcp::endpoint peer_of(const transport::tcp_socket& socket, error_code& e) const;
  void accept();
  /// One that has come, or none for this reason, and others that wait.
  void take(const error_code& e, transport::tcp_socket socket);
  void give(transport::tcp_socket socket);
  void pause(const error_code& why);

  boost::asio::ip::tcp::acceptor acceptor_;
  const std::shared_ptr<time_source> time_;
  std::unique_ptr<timer> timer_;
  const logger& log_;
  accepted on_accept_;
  bool has_addresses_ = true; ///< those of the internet
  std::chrono::milliseconds pause_{0};
};

} // namespace asio_chat::net
