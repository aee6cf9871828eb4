// The connections of a server, from when one is accepted until it has ended.
#pragma once

#include "base/logger.hpp"
#include "base/work_watch.hpp"
#include "net/session.hpp"
#include "transport/loop_time.hpp"

#include <asio_chat/limits.hpp>
#include <asio_chat/server.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat {

/// Where a connection comes from.
struct origin {
  std::string text;       ///< `192.0.2.7:40000`, `unix:uid=1000`, `memory`
  std::uint16_t port = 0; ///< of the client; 0: it has none
  /// What the limits of strangers count; none: they do not.
  std::optional<boost::asio::ip::address> address = {};
};

class session_set final : public std::enable_shared_from_this<session_set>,
                          private net::session_keeper {
 public:
  /// Everything must live as long.
  /// @param watch of longer work; may be null
  session_set(const transport::loop& on, const limits& limits, const logger& log,
              net::reactor& reactor, const net::session_context& shared, work_watch* watch)
      : executor_(on.executor)
      , limits_(limits)
      , log_(log)
      , reactor_(reactor)
      , shared_(shared)
      , watch_(watch)
      , time_(on.time)
      , drain_timer_(time_->make_timer()) {}

  /// Whether the connection has to be turned away, since there is no room for one more. Logged once
  /// for the whole time that there is none.
  /// @param descriptor of the connection that has come
  bool is_full(int descriptor);

  void begin(std::unique_ptr<transport::stream> stream, const origin& from);

  /// Checks the certificates of all clients again, a few of them in each task.
  void judge_all() { judge_some(0); }

  /// Ends all when they are answered, and after `limits::drain_time` those that are left.
  /// @param done called when there is none any more, which may be inside the call
  void drain(std::function<void()> done);

  /// Ends all at once.
  void cut_off_all();

  std::size_t size() const noexcept { return sessions_.size(); }
  std::vector<session_info> list() const;
  /// Null if it has ended.
  net::session* find(std::uint64_t number) const;

 private:
  void ended(net::session& s) override;
  /// @param after the number of the session judged last; 0: none yet
  void judge_some(std::uint64_t after);
  void complete_drain();

  const boost::asio::any_io_executor executor_;
  const limits& limits_;
  const logger& log_;
  net::reactor& reactor_;
  const net::session_context& shared_;
  work_watch* watch_;
  /// By number, so that a walk through them can be interrupted.
  std::map<std::uint64_t, boost::intrusive_ptr<net::session>> sessions_;
  std::uint64_t last_number_ = 0;
  bool full_ = false; ///< and it has been logged
  const std::shared_ptr<time_source> time_;
  std::unique_ptr<timer> drain_timer_;
  std::function<void()> drained_; ///< while it drains
};

} // namespace asio_chat
