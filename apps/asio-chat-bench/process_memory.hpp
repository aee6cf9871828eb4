#pragma once

#include <cstdint>
#include <sys/types.h>

namespace asio_chat::bench {

/// The memory of a process in bytes, as the kernel counts it.
struct process_memory {
  std::int64_t resident = 0;     ///< in memory, shared pages included
  std::int64_t proportional = 0; ///< a page that n processes share counts as a nth
  std::int64_t its_own = 0;      ///< shared with no other process

  /// Throws setup_error when there is no such process, or it is another user's.
  static process_memory of(pid_t process);

  process_memory operator-(const process_memory& before) const {
    return {resident - before.resident, proportional - before.proportional,
            its_own - before.its_own};
  }
};

} // namespace asio_chat::bench
