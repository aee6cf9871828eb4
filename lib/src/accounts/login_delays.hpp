// Whoever guesses passwords has to wait, longer each time.
#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace asio_chat {

/// Counts failures by a key, such as an address. The first few are free; each
/// further one doubles the wait, up to `longest`. After `forgotten_after` without one it is new
/// again, and so it is after a success. Bounded: of more keys, those that failed last longest ago
/// are forgotten.
class login_delays {
 public:
  static constexpr std::chrono::seconds longest{300};
  static constexpr std::chrono::hours forgotten_after{1};
  static constexpr std::size_t max_keys = 65'536;

  login_delays(const clock& time, std::size_t free_failures)
      : time_(time)
      , free_failures_(free_failures) {}

  /// How long to wait before the next try; zero: not at all.
  std::chrono::seconds wait_for(const std::string& key) const;
  void failed(const std::string& key);
  void succeeded(const std::string& key);
  std::size_t size() const noexcept { return keys_.size(); }

 private:
  struct record {
    std::size_t failures = 0;
    steady_time last{};
    steady_time until{};
  };

  void forget_old();

  const clock& time_;
  std::size_t free_failures_;
  std::map<std::string, record> keys_; ///< no hash, whose collisions somebody could choose
  std::set<std::pair<steady_time, std::string>> by_age_;
};

} // namespace asio_chat
