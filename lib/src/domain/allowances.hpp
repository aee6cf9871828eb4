// What a member, or an address, has left of each rate.
#pragma once

#include "domain/token_bucket.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace asio_chat {

/// What is counted. The rows of the command table say for which of them a
/// request counts.
enum class rated : std::size_t {
  messages,
  bytes,
  searches,
  history,
  joins,
  renames,
  registrations,
  nothing
};
inline constexpr std::size_t kinds_of_rates = 7;

/// `messages`, as in a sentence; of those that are counted.
std::string_view phrase_of(rated kind) noexcept;
/// `20 messages in 4 s`
std::string describe(rated kind, const rate& r);

inline const rate& rate_of(const rate_limits& l, rated kind) noexcept {
  const rate* const all[kinds_of_rates] = {&l.messages, &l.bytes,   &l.searches,     &l.history,
                                           &l.joins,    &l.renames, &l.registrations};
  return *all[static_cast<std::size_t>(kind)];
}

struct allowances {
  std::array<token_bucket, kinds_of_rates> of;
  steady_time told_until{}; ///< not to be told again before
  token_bucket names;       ///< of an address, see `abuse_limits::names`

  token_bucket& operator[](rated kind) noexcept { return of[static_cast<std::size_t>(kind)]; }
  const token_bucket& operator[](rated kind) const noexcept {
    return of[static_cast<std::size_t>(kind)];
  }
};

} // namespace asio_chat
