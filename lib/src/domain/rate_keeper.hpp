// Members who ask for more than their rates allow are listened to more slowly.
#pragma once

#include "base/clock.hpp"
#include "domain/allowances.hpp"
#include "model/request.hpp"

#include <asio_chat/rate_limits.hpp>
#include <asio_chat/server_counters.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
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
  static constexpr std::size_t max_addresses = 65'536;

  /// @param find an endpoint by its number; null: it is gone
  /// All must live as long.
  rate_keeper(const rate_limits& limits, time_source& time, server_counters& counters,
              std::function<endpoint*(std::uint64_t)> find);
  rate_keeper(const rate_keeper&) = delete;
  rate_keeper& operator=(const rate_keeper&) = delete;

  /// A request has come. It is counted, and its endpoint is held for a while if
  /// that was too much. Or why it has to be refused: then it counts for
  /// nothing.
  /// @param row null: of a request that cannot be read
  std::optional<failure> charge(endpoint& e, const request& r, const command_row* row);

  /// What all members with the same key share: of their address. Null for an
  /// empty key.
  std::shared_ptr<allowances> of_address(const std::string& key);

  /// The rates that are on, and what the member has left, for a person.
  std::vector<std::string> describe(const endpoint& e) const;
  /// Who is read more slowly now, for an operator: the first of many.
  std::vector<std::string> describe_held() const;

 private:
  struct draw {
    rated kind;
    double tokens;
  };
  struct excess {
    token_bucket::seconds wait{0};
    rated kind = rated::nothing;
    bool of_address = false;
  };

  rate rate_of_address(rated kind) const;
  void find_excess(excess& worst, allowances& a, const draw& d, bool of_address) const;
  void take(allowances& a, const draw& d, bool of_address);
  void slow_down(endpoint& e, const excess& by);
  void wake_later();
  void wake();
  void forget_some();

  const rate_limits& limits_;
  time_source& time_;
  server_counters& counters_;
  std::function<endpoint*(std::uint64_t)> find_;
  std::multimap<steady_time, std::uint64_t> slowed_; ///< endpoints that are held, until when
  std::unique_ptr<timer> timer_;
  std::map<std::string, std::shared_ptr<allowances>> addresses_;
  std::string looked_at_; ///< the address that was looked at last: whether it
                          ///< can be forgotten
};

} // namespace asio_chat
