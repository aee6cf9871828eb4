// Connects to a server: name look-up, TCP, TLS, verification.
#pragma once

#include "transport/stream.hpp"

#include <asio_chat/client_config.hpp>
#include <asio_chat/error.hpp>
#include <asio_chat/tls/certificate_info.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace asio_chat::client_room {

/// One attempt to reach a server, step by step: `look_up`, `connect`, `secure`, each begun when the
/// one before has succeeded, then `take`. A step's handler is called once, never inside the call
/// that began it, and not after `cancel`. There is no limit of time: bound it by `cancel`.
class dialer : public transport::stream_owner {
 public:
  using handler = std::function<void(result<void>)>;

  virtual void look_up(handler done) = 0;
  /// @param time what is left for it, see `transport::attempts`
  virtual void connect(std::chrono::milliseconds time, handler done) = 0;
  /// Performs the TLS handshake and verifies the server.
  virtual void secure(handler done) = 0;
  virtual void cancel() noexcept = 0;

  struct connected_stream {
    std::unique_ptr<transport::stream> stream;
    tls_info tls; ///< empty in memory
  };
  /// Call it once, after all steps have succeeded.
  virtual connected_stream take() = 0;
  /// The server's certificate, as soon as it was seen.
  virtual const std::optional<tls::certificate_info>& server() const noexcept = 0;
};

/// Makes the dialers of a client.
class network {
 public:
  virtual ~network() = default;
  /// Reads certificates and keys again, because they are renewed while a client runs. After a
  /// failure `dial` uses the previous ones, if there are any.
  virtual result<void> renew() = 0;
  virtual boost::intrusive_ptr<dialer> dial() = 0;
};

using network_maker = std::function<std::unique_ptr<network>(const boost::asio::any_io_executor&,
                                                             std::shared_ptr<const client_config>)>;

/// TLS over TCP, unless `set_network` has installed another network for this executor's context.
std::unique_ptr<network> make_network(const boost::asio::any_io_executor& executor,
                                      std::shared_ptr<const client_config> config);
/// For tests. Call it before the first client is made on this context.
void set_network(boost::asio::execution_context& context, network_maker maker);

/// A dialer for a stream that is already connected and needs no TLS.
boost::intrusive_ptr<dialer> dial_in_memory(const boost::asio::any_io_executor& executor,
                                            std::unique_ptr<transport::stream> stream);

} // namespace asio_chat::client_room
