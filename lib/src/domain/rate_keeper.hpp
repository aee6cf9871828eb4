// Members who ask for more than their rates allow are listened to more slowly.
#pragma once

#include "base/clock.hpp"
#include "domain/allowances.hpp"
#include "domain/held_endpoints.hpp"
#include "model/request.hpp"

#include <asio_chat/rate_limits.hpp>
#include <asio_chat/server_counters.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace asio_chat {

struct command_row;
class endpoint;

class rate_keeper {
 public:
  /// What would have to wait longer is refused.
  static constexpr std::chrono::seconds longest_wait{10};
  static constexpr std::chrono::minutes told_again_after{1};

  /// @param alarm is told of whom is read more slowly, and why
  /// All must live as long.
  rate_keeper(const rate_limits& limits, const clock& time, server_counters& counters,
              held_endpoints& held,
              std::function<void(const endpoint&, std::string what)> alarm = {});
  rate_keeper(const rate_keeper&) = delete;
  rate_keeper& operator=(const rate_keeper&) = delete;

  /// A request has come. It is counted, and its endpoint is held for a while if
  /// that was too much. Or why it has to be refused: then it counts for
  /// nothing.
  /// @param row null: of a request that cannot be read
  std::optional<failure> charge(endpoint& e, const request& r, const command_row* row);
  /// One of this kind.
  std::optional<failure> charge(endpoint& e, rated kind);

  /// Whether nothing of what the members of an address share is used.
  bool is_unused(const allowances& of_address) const;

  /// The rates that are on, and what the member has left, for a person.
  std::vector<std::string> describe(const endpoint& e) const;

 private:
  struct draw {
    rated kind;
    double tokens;
    bool leaves_half = false; ///< of what can be saved up
  };
  std::optional<failure> charge(endpoint& e, std::span<const draw> draws);

  struct excess {
    token_bucket::seconds wait{0};
    rated kind = rated::nothing;
    bool of_address = false;
  };

  rate rate_of_address(rated kind) const;
  void find_excess(excess& worst, allowances& a, const draw& d, bool of_address) const;
  void take(allowances& a, const draw& d, bool of_address);
  void slow_down(endpoint& e, const excess& by);

  const rate_limits& limits_;
  const clock& time_;
  server_counters& counters_;
  held_endpoints& held_;
  std::function<void(const endpoint&, std::string)> alarm_;
};

} // namespace asio_chat
