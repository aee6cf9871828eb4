// What holds until a time of day, and is looked at again then: the certificates of clients.
#pragma once

#include "base/clock.hpp"

#include <boost/intrusive/set.hpp>

#include <chrono>
#include <cstddef>

namespace asio_chat::net {

using admitted_hook =
    boost::intrusive::set_base_hook<boost::intrusive::tag<class admitted>,
                                    boost::intrusive::optimize_size<true>,
                                    boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// A connection that was let in for what has an end. Out of the order when destroyed.
class admitted : public admitted_hook {
 public:
  /// Something has ended: may the connection go on? It is watched no more when it hears of that.
  virtual void judge() = 0;

 protected:
  ~admitted() = default;

 private:
  friend class expirations;
  steady_time over_{};
};

/// Unlike deadlines these are each of another length. The time of day says how long that is, but
/// does not measure it: while it is wrong nobody is judged because of that.
class expirations {
 public:
  /// @param time must live as long
  explicit expirations(const clock& time)
      : time_(time) {}

  /// To verify a certificate anew takes some tenths of a millisecond.
  static constexpr std::size_t max_judged = 4;

  /// From now on until then, whatever was said before. Without an end: not at all.
  void watch(admitted& a, std::chrono::sys_seconds until);
  static void end(admitted& a) { a.unlink(); }
  /// Has those judged whose last second is over, but no more than `max_judged`; returns whether
  /// there may be more.
  bool visit();

 private:
  struct by_end {
    bool operator()(const admitted& a, const admitted& b) const noexcept {
      return a.over_ < b.over_;
    }
  };

  boost::intrusive::multiset<admitted, boost::intrusive::base_hook<admitted_hook>,
                             boost::intrusive::compare<by_end>,
                             boost::intrusive::constant_time_size<false>>
      waiting_;
  const clock& time_;
};

} // namespace asio_chat::net
