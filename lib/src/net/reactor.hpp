// The turn of the loop: what was touched during it is flushed at its end, deadlines are visited.
#pragma once

#include "base/clock.hpp"
#include "net/deadlines.hpp"
#include "net/dormitory.hpp"
#include "net/outbox.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace asio_chat::net {

class session;

/// Sessions say what happened to them, the reactor says when to write.
///
/// A flush is posted after the next read was started; if reads went on completing meanwhile, input
/// is still coming and more will be waiting soon, so it posts itself again, within bounds. With no
/// further input the first flush runs at once: at rest nothing waits.
class reactor {
 public:
  reactor(boost::asio::io_context& context, const clock& time, deadlines::durations d,
          std::chrono::milliseconds quiet_time);
  ~reactor();
  reactor(const reactor&) = delete;
  reactor& operator=(const reactor&) = delete;

  boost::asio::io_context& context() noexcept { return context_; }
  steady_time now() const { return time_.now(); }
  write_buffers& buffers() noexcept { return buffers_; }
  deadlines& times() noexcept { return deadlines_; }
  net::dormitory& dormitory() noexcept { return dormitory_; }
  const net::dormitory& dormitory() const noexcept { return dormitory_; }

  /// Something entered the session's outbox, or it wants to close: it will be flushed.
  void touch(session& s);
  /// An outbox holds a whole record: waiting longer gains nothing.
  void hurry() noexcept { hurried_ = true; }
  void read_completed() noexcept { ++reads_; }
  void wrote(std::size_t bytes) noexcept { bytes_written_ += bytes; }
  std::uint64_t bytes_written() const noexcept { return bytes_written_; }

  /// Visits deadlines and dormitory from now on, until `stop`.
  void start();
  void stop();

 private:
  void post_flush();
  void turn();
  void flush();
  void visit_later();

  boost::asio::io_context& context_;
  const clock& time_;
  boost::asio::steady_timer timer_;
  deadlines deadlines_;
  net::dormitory dormitory_;
  write_buffers buffers_;
  std::vector<boost::intrusive_ptr<session>> touched_;
  std::vector<boost::intrusive_ptr<session>> flushing_;
  /// Posted handlers may run when the reactor is gone.
  std::shared_ptr<reactor*> self_;

  bool stopped_ = false;
  bool flush_posted_ = false;
  bool hurried_ = false;
  std::uint64_t reads_ = 0;
  std::uint64_t reads_when_posted_ = 0;
  unsigned turns_held_ = 0;
  steady_time held_since_{};
  /// As long as a flush takes it may wait for more: with a thousand receivers that is what it takes
  /// to fill their records, and it at most doubles their latency.
  steady_time::duration longest_held_{};
  std::uint64_t bytes_written_ = 0;
};

} // namespace asio_chat::net
