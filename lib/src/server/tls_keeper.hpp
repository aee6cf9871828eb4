// A server's TLS over time: what is new, what ends soon, which keys are old.
#pragma once

#include "base/logger.hpp"
#include "server/ocsp_fetcher.hpp"
#include "tls/server_context.hpp"

#include <asio_chat/tls_config.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>

namespace asio_chat {

/// Has the context for new connections, and looks at it once an hour: warns of certificates and
/// lists that end soon, throws the keys of session tickets away, and has its OCSP
/// response fetched where that comes from a responder.
class tls_keeper : public std::enable_shared_from_this<tls_keeper> {
 public:
  /// @param log must live as long
  tls_keeper(boost::asio::io_context& context, const logger& log)
      : log_(log)
      , timer_(context)
      , fetcher_(std::make_shared<ocsp_fetcher>(context, log)) {}

  /// None until the first `change`.
  const std::shared_ptr<const tls::server_context>& now() const noexcept { return now_; }

  /// Another context from here on, if the new settings are good; else nothing changes.
  result<void> change(const tls_server_config& config);
  /// From now on once an hour.
  void start();
  void stop();

 private:
  void look() const;

  const logger& log_;
  boost::asio::steady_timer timer_;
  bool stopped_ = false; ///< its handler may be on its way all the same
  const std::shared_ptr<ocsp_fetcher> fetcher_;
  std::shared_ptr<const tls::server_context> now_;
};

} // namespace asio_chat
