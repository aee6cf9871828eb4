// Where a server listens.
#pragma once

#include "base/logger.hpp"
#include "net/listener.hpp"

#include <asio_chat/error.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace asio_chat {

class listening_set {
 public:
  using endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

  /// @param log must live as long
  listening_set(transport::loop on, const logger& log, int backlog)
      : loop_(std::move(on))
      , log_(log)
      , backlog_(backlog) {}

  /// All addresses that a host has; it waits for a name server, if it must.
  result<endpoints> look_up(const std::string& host, std::uint16_t port) const;

  /// The same, without waiting. Calls `done` once, never inside this call.
  /// @returns what cancels it; it may be called at any time
  std::function<void()> look_up_later(const std::string& host, std::uint16_t port,
                                      std::function<void(const result<endpoints>&)> done) const;

  /// All of these, or none.
  /// @returns where it listens, which says what port 0 has become
  result<endpoints> open(const endpoints& at, const net::listener::accepted& on_accept);

  /// A socket that listens already; `addresses` leaves it out.
  result<void> adopt(int listening_socket, const net::listener::accepted& on_accept);

  endpoints addresses() const;
  void close();

 private:
  const transport::loop loop_;
  const logger& log_;
  const int backlog_;
  std::vector<std::shared_ptr<net::listener>> listeners_;
  std::vector<std::shared_ptr<net::listener>> adopted_;
};

} // namespace asio_chat
