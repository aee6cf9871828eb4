// The limits that can be changed while the server runs: one table for the daemon's settings and
// for `/limits set`.
#pragma once

#include <asio_chat/abuse_limits.hpp>
#include <asio_chat/admission_limits.hpp>
#include <asio_chat/error.hpp>
#include <asio_chat/rate_limits.hpp>

#include <span>
#include <string>
#include <string_view>

namespace asio_chat {

struct run_time_limits {
  rate_limits rates;
  abuse_limits abuse;
  admission_limits admission;
};

struct run_time_limit {
  std::string_view name; ///< of the daemon's setting
  /// A failure's message goes on after the quoted value.
  result<void> (*set)(run_time_limits& all, std::string_view value) = nullptr;
  std::string (*show)(const run_time_limits& all) = nullptr; ///< as `set` reads it
};

std::span<const run_time_limit> run_time_limit_table() noexcept;
/// Null: none is called so, or it cannot be changed while the server runs.
const run_time_limit* find_run_time_limit(std::string_view name) noexcept;

} // namespace asio_chat
