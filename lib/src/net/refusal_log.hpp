// Refused connections in the log: each kind once, repetitions as a count.
#pragma once

#include "base/clock.hpp"
#include "base/logger.hpp"

#include <asio_chat/server_counters.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace asio_chat::net {

enum class refusal {
  handshake,   ///< the TLS handshake failed
  certificate, ///< the client's certificate was good for TLS, but not for this server
  connection,  ///< TLS broke after the handshake: an alert, or a record that is none
  turned_away, ///< refused before any work was done for it
  login,       ///< a wrong password of an account, or code
};

/// Refusals cost those who cause them nothing, so they must not be able to fill the log. The first
/// refusal of a host for a reason is a warning at once. The same again within a minute is a record
/// at debug level, and is counted; at the end of the minute one warning tells how often. What is
/// remembered is bounded: when `max_known` hosts and reasons are in their minute, all others share
/// one count.
class refusal_log {
 public:
  static constexpr std::size_t max_known = 256;
  static constexpr std::chrono::seconds minute{60};

  /// All must live as long as this.
  refusal_log(const logger& log, const clock& time, server_counters& counters)
      : log_(log)
      , time_(time)
      , counters_(counters) {}

  /// @param address `HOST:PORT` of the peer; its host is what counts
  void add(refusal kind, const std::string& address, std::string reason);
  /// Tells the counts of all minutes that are over. To be called now and then.
  void visit();
  /// Tells what has been counted until now: nothing more will come.
  void finish();

 private:
  /// A minute of one host and one reason.
  struct minute_of {
    refusal kind;
    std::string host;
    std::string reason;
    steady_time since;
    std::size_t repeated = 0;
  };

  void tell(minute_of& m);
  void tell_others();

  const logger& log_;
  const clock& time_;
  server_counters& counters_;
  std::deque<minute_of> known_; ///< the earliest first
  std::size_t others_ = 0;      ///< found no place there
  steady_time others_since_{};
};

} // namespace asio_chat::net
