// Internal: whether code runs where it should, and with the same Asio everywhere.
#pragma once

#include <boost/asio/error.hpp>

#include <functional>

namespace asio_chat::detail {

/// Where code runs, as seen from an executor.
enum class place {
  on_executor,
  beside, ///< in the executor's context, but not on the executor: beside its strand
  unknown
};
using place_function = std::function<place()>;

/// Compiled into the host, whose copy of Asio knows what runs on this thread.
template <class Executor>
place_function place_of(const Executor& executor) {
  if constexpr (requires { executor.running_in_this_thread(); }) {
    return [executor] {
      if (executor.running_in_this_thread()) return place::on_executor;
      if constexpr (requires { executor.get_inner_executor().running_in_this_thread(); }) {
        if (executor.get_inner_executor().running_in_this_thread()) return place::beside;
      }
      return place::unknown;
    };
  } else {
    return {};
  }
}

/// The same address everywhere, unless the host has a copy of Asio that a shared library cannot
/// see.
inline const void* asio_of_caller() {
  return &boost::asio::error::get_misc_category();
}

} // namespace asio_chat::detail
