// A server's TLS over time: what is new, what ends soon, which keys are old.
#pragma once

#include "base/clock.hpp"
#include "base/logger.hpp"
#include "server/ocsp_fetcher.hpp"
#include "tls/server_context.hpp"

#include <asio_chat/tls_config.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>

namespace asio_chat {

/// Has the context for new connections, and looks at it once an hour, at a visit: warns of
/// certificates and lists that end soon, or have not begun, throws the keys of session tickets
/// away, and has its OCSP response fetched where that comes from a responder.
///
/// New files of which a part cannot be used yet, or any more, are taken without that part: what was
/// there before stays, and the files are read again when the part begins, at least once an hour.
class tls_keeper : public std::enable_shared_from_this<tls_keeper> {
 public:
  /// @param clock and @param log must live as long
  /// @param taken_later called when files that had to wait are taken whole or in part
  tls_keeper(const transport::loop& on, const clock& clock, const logger& log,
             std::function<void()> taken_later)
      : clock_(clock)
      , log_(log)
      , taken_later_(std::move(taken_later))
      , executor_(on.executor)
      , fetcher_(std::make_shared<ocsp_fetcher>(on, log)) {}

  /// None until the first `change`.
  const std::shared_ptr<const tls::server_context>& now() const noexcept { return now_; }

  /// Another context from here on, if the new settings can be used; else nothing changes.
  result<void> change(const tls_server_config& config);
  /// After which time it reads the files again for which it waits; none if nothing waits.
  std::optional<std::chrono::seconds> retry_after() const;
  /// The same, but the files are read on a thread of its own: to open a key with a passphrase takes
  /// hundreds of milliseconds. Calls are carried out one after the other.
  /// @param done called on the executor, never inside the call; if `stop` comes first, with
  ///   `errc::server_stopping`
  void change_later(tls_server_config config, std::function<void(result<void>)> done);
  /// Does what it is time for. To be called a few times a second.
  void visit();
  void stop();

 private:
  wall_time wall_now() const { return clock_.wall_now(); }
  using context_ptr = std::shared_ptr<const tls::server_context>;
  struct wanted_change {
    tls_server_config config;
    std::function<void(result<void>)> done;
    std::uint64_t changes; ///< when it was asked for
  };

  void take(context_ptr made, const tls_server_config& config);
  void read_next();
  void refuse(wanted_change one);
  void have_read(result<context_ptr> made);
  void retried(const result<void>& changed);
  void look() const;
  void tell_kept() const;
  void retry_later();

  const clock& clock_;
  const logger& log_;
  const std::function<void()> taken_later_;
  const boost::asio::any_io_executor executor_;
  bool stopped_ = false;
  const std::shared_ptr<ocsp_fetcher> fetcher_;
  std::optional<tls_server_config> waiting_; ///< some part of its files cannot be used now
  context_ptr now_;
  steady_time next_look_{};
  steady_time next_try_{};
  std::uint64_t changes_ = 0;        ///< calls of `change` that were good
  std::deque<wanted_change> wanted_; ///< the first one is being read
  /// Reads; lives as long as there is something to read.
  std::optional<boost::asio::thread_pool> reader_;
};

} // namespace asio_chat
