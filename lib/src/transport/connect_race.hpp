// Connects to a name that has several addresses (RFC 8305, happy eyeballs).
#pragma once

#include "transport/loop_time.hpp"
#include "transport/stream.hpp"

#include <asio_chat/error.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <vector>

namespace asio_chat::transport {

/// In the order in which to try them: as the system prefers them, but IPv6 and IPv4 in turn (RFC
/// 8305, 4), and none twice.
std::vector<boost::asio::ip::tcp::endpoint>
order_of_attempts(const boost::asio::ip::tcp::resolver::results_type& found);

/// Which address is tried when. No I/O.
///
/// The next attempt begins when the last one has failed, or has not succeeded for a quarter of a
/// second; those before it go on. So an address that swallows what is sent to it hides no other.
class attempts {
 public:
  static constexpr std::chrono::milliseconds max_delay{250};

  /// @param time for all addresses together: where there are many, each has its share
  attempts(std::size_t addresses, std::chrono::milliseconds time);

  /// The address whose attempt begins now; none yet, or none any more.
  std::optional<std::size_t> begin(steady_time now);
  /// When `begin` has the next one; none: all have begun.
  std::optional<steady_time> next_begin() const noexcept;
  /// One that had begun has failed.
  void failed(const error_code& why, steady_time now) noexcept;

  /// All have failed.
  bool lost() const noexcept { return failed_ == addresses_; }
  /// Of all that failed, the failure that says most.
  const error_code& why() const noexcept { return why_; }

 private:
  std::size_t addresses_;
  std::chrono::milliseconds delay_;
  std::size_t begun_ = 0;
  std::size_t failed_ = 0;
  steady_time next_ = steady_time::min();
  error_code why_;
};

/// Keeps itself alive by its operations, and its handler with it, until that was called.
class connect_race : public std::enable_shared_from_this<connect_race> {
 public:
  using tcp = boost::asio::ip::tcp;
  /// The socket is connected if there is no error.
  using handler = std::function<void(const error_code&, tcp_socket)>;

  /// Calls the handler once, never inside this call. There is no limit of time but the system's:
  /// bound it by `cancel`.
  /// @param addresses at least one
  /// @param time see `attempts`
  static std::shared_ptr<connect_race> start(transport::loop on,
                                             std::vector<tcp::endpoint> addresses,
                                             std::chrono::milliseconds time, handler done);
  /// The handler is not called any more.
  void cancel();

 private:
  connect_race(transport::loop on, std::vector<tcp::endpoint> addresses,
               std::chrono::milliseconds time, handler done);
  void go_on();
  void attempt(const tcp::endpoint& address);
  void tried(tcp_socket& socket, const error_code& e);
  void end(const error_code& e, tcp_socket socket);

  const transport::loop loop_;
  std::vector<tcp::endpoint> addresses_;
  attempts attempts_;
  handler done_;
  std::unique_ptr<timer> timer_;  ///< until the next attempt
  std::list<tcp_socket> sockets_; ///< of all attempts
};

} // namespace asio_chat::transport
