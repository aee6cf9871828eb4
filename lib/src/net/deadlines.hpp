// Deadlines as data: a list per kind, the earliest first, visited by one timer.
#pragma once

#include "base/clock.hpp"

#include <boost/intrusive/list.hpp>

#include <array>
#include <chrono>
#include <cstddef>

namespace asio_chat::net {

enum class phase : std::size_t { handshake, login, idle, stalled, closing };

/// Something that a deadline can end. In one list at a time, out of it when destroyed.
class expirable : public boost::intrusive::list_base_hook<
                      boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  /// The time is up.
  virtual void expire(phase p) = 0;

 protected:
  ~expirable() = default;

 private:
  friend class deadlines;
  steady_time since_{};
};

/// All deadlines of a phase are equally long, so that the order of beginning is the order of
/// ending, and a visit looks at those that are over and at one more.
class deadlines {
 public:
  using durations = std::array<std::chrono::milliseconds, 5>; ///< by phase; zero: without an end
  explicit deadlines(durations d)
      : durations_(d) {}

  /// Begins a phase, or the same one anew; the one before ends.
  void begin(expirable& e, phase p, steady_time now);
  static void end(expirable& e) { e.unlink(); }
  static constexpr std::size_t max_expired = 64;
  /// Ends what is over, but no more than `max_expired`; returns whether there may be more. Those
  /// that expire are out of the lists before they hear of it.
  bool visit(steady_time now);

 private:
  using list = boost::intrusive::list<expirable, boost::intrusive::constant_time_size<false>>;

  durations durations_;
  std::array<list, 5> lists_;
};

} // namespace asio_chat::net
