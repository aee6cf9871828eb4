// Refused connections in the log: each kind once, repetitions as a count.
#pragma once

#include "base/clock.hpp"
#include "base/logger.hpp"
#include "base/minute_folds.hpp"

#include <asio_chat/server_counters.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <utility>

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

  /// @param alarm is told of those who are refused before they have logged in, as the log is; may
  ///   be empty
  /// All must live as long as this.
  refusal_log(const logger& log, const clock& time, server_counters& counters,
              std::function<void(std::string)> alarm = {})
      : log_(log)
      , time_(time)
      , counters_(counters)
      , alarm_(std::move(alarm)) {}

  /// @param address `HOST:PORT` of the peer; its host is what counts
  void add(refusal kind, const std::string& address, std::string reason);
  /// Tells the counts of all minutes that are over. To be called now and then.
  void visit();
  /// Tells what has been counted until now: nothing more will come.
  void finish();

 private:
  struct cause {
    refusal kind;
    std::string host;
    std::string reason;
    friend bool operator==(const cause&, const cause&) = default;
  };

  void tell(const cause& c, std::size_t times);
  void tell_others(std::size_t times);
  void alarm(refusal kind, std::string sentence_of_it) const;

  const logger& log_;
  const clock& time_;
  server_counters& counters_;
  std::function<void(std::string)> alarm_;
  minute_folds<cause> minutes_{max_known};
};

} // namespace asio_chat::net
