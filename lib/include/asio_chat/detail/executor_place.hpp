// Internal: whether code runs where it should, and with the same Asio everywhere.
#pragma once

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

/// One in a program, unless the host hides its symbols: then its copy of Asio is its own, too.
inline char shared_by_all = 0;

} // namespace asio_chat::detail
