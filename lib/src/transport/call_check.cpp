#include "transport/call_check.hpp"

#include <asio_chat/error.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

namespace asio_chat::transport {

void call_check::check(const char* of, const char* operation) const {
  if (!is_wrong()) return;
  fmt::print(stderr,
             "asio_chat: {0}::{1} was called on a thread that does not run the executor of the "
             "{0}; post the call to get_executor()\n",
             of, operation);
  std::abort();
}

bool call_check::is_wrong() const {
  const auto here = place_ ? place_() : detail::place::unknown;
  if (here != detail::place::unknown) return here == detail::place::beside;
  const std::thread::id seen = seen_on_.load(std::memory_order_relaxed);
  return seen != std::thread::id() && seen != std::this_thread::get_id();
}

void check_one_asio(const char* seen_by_host) {
  if (seen_by_host == &detail::shared_by_all) return;
  throw error(
      fail(errc::bad_setting,
           "the shared library asio_chat cannot use the Asio of this program, whose symbols are "
           "hidden: compile what includes Asio without -fvisibility=hidden, and link without a "
           "version script that hides it, or link the static library"));
}

} // namespace asio_chat::transport
