// The turn of the loop: what was touched during it is flushed at its end, deadlines are visited.
#pragma once

#include "base/clock.hpp"
#include "base/work_watch.hpp"
#include "domain/sink.hpp"
#include "net/deadlines.hpp"
#include "net/expirations.hpp"
#include "net/idle_tracker.hpp"
#include "net/outbox.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace asio_chat::net {

class session;

/// Sessions say what happened to them, the reactor says when to write.
///
/// A turn is posted after the next read was started; if reads went on completing meanwhile, input
/// is still coming and more will be waiting soon: then sessions with a whole record waiting write
/// it, and the others wait on, for as long as writing takes. With no further input all are flushed
/// in the first turn: at rest nothing waits.
///
/// What one member says to thousands takes long to write. So a turn has little time for it, the
/// rest is left to the next ones, and those who are told something that few are told come first.
/// Who comes and goes is told last, and waits up to a second for a turn with nothing else to do.
/// Who has sent much goes on when all that is written: it would only be more of it.
///
/// Its members are many: what it visits, what was touched, and what it knows of the input of a turn
/// decide together when to write.
class reactor {
 public:
  /// @param watch of visits; may be null
  reactor(const boost::asio::any_io_executor& executor, time_source& time, deadlines::durations d,
          std::chrono::milliseconds quiet_time, work_watch* watch = nullptr);
  ~reactor();
  reactor(const reactor&) = delete;
  reactor& operator=(const reactor&) = delete;

  const boost::asio::any_io_executor& executor() const noexcept { return executor_; }
  steady_time now() const { return time_.now(); }
  wall_time wall_now() const { return time_.wall_now(); }
  write_buffers& buffers() noexcept { return buffers_; }
  deadlines& times() noexcept { return deadlines_; }
  net::expirations& expirations() noexcept { return expirations_; }
  net::idle_tracker& idle_tracker() noexcept { return idle_tracker_; }
  const net::idle_tracker& idle_tracker() const noexcept { return idle_tracker_; }

  /// Something entered the session's outbox, or it wants to close: it will be flushed.
  void touch(session& s, priority p = priority::few);
  /// A whole record waits in the session's outbox: waiting longer gains nothing. It is touched too.
  void hurry(session& s) { full_.emplace_back(&s); }
  /// Calls `session::take_turn` in one of the next turns.
  void go_on_later(session& s);
  /// The same when nothing is due to be written any more.
  void go_on_when_written(session& s) { held_back_.emplace_back(&s); }
  /// More was due to be written than the last turn had time for.
  bool is_behind() const noexcept { return of(priority::few).behind || of(priority::many).behind; }
  void read_completed() noexcept { ++reads_; }

  /// Visits deadlines, expirations and idle sessions from now on, until `stop`.
  /// @param also is called at each visit
  void start(std::function<void()> also = {});
  void stop();

 private:
  struct touched {
    boost::intrusive_ptr<session> who;
    std::uint64_t number; ///< if it is not the session's, its bytes went with a record
    steady_time since;
  };

  struct lane {
    std::deque<touched> waiting;          ///< the longest first
    steady_time::duration always_held{};  ///< while input goes on
    steady_time::duration longest_held{}; ///< see `write`
    /// On what was due, in this turn and those before; none: nobody wrote.
    std::optional<steady_time::duration> spent{};
    bool behind = false; ///< there was not time for all that was due
  };
  class slice;

  lane& of(priority p) noexcept { return lanes_[static_cast<std::size_t>(p)]; }
  const lane& of(priority p) const noexcept { return lanes_[static_cast<std::size_t>(p)]; }
  void post_turn();
  void turn();
  /// @return whether anybody wrote
  bool write(lane& l, bool may_wait);
  void write_records(slice& s);
  void flush(lane& l, steady_time touched_by, slice& s);
  void visit_later();
  void visit();
  void visit_some();

  const boost::asio::any_io_executor executor_;
  const clock& time_;
  std::unique_ptr<timer> timer_;
  deadlines deadlines_;
  net::expirations expirations_;
  net::idle_tracker idle_tracker_;
  write_buffers buffers_;
  std::array<lane, 3> lanes_; ///< by priority; those with a whole record count as `many`
  std::deque<boost::intrusive_ptr<session>> full_;
  std::vector<boost::intrusive_ptr<session>> held_back_;
  /// Posted handlers may run when the reactor is gone.
  std::shared_ptr<reactor*> self_;
  work_watch* watch_;

  std::function<void()> also_;
  bool stopped_ = false;
  bool turn_posted_ = false;
  bool visit_posted_ = false; ///< of what is left
  std::uint64_t touches_ = 0;
  std::uint64_t reads_ = 0;
  std::uint64_t reads_when_posted_ = 0;
  steady_time turn_began_{};
};

} // namespace asio_chat::net
