// What a careful daemon does to its own process, and how many connections its limits allow.
#pragma once

#include "ops/settings.hpp"

#include <cstdint>
#include <optional>

namespace asio_chat::ops {

/// No core dumps, no debugger of another user, new files for the owner only, as many descriptors
/// as allowed, and writing to a closed pipe is an error instead of the end.
void harden_process() noexcept;

/// Memory that is freed is kept for what comes next, until `malloc_trim` gives it back. Otherwise
/// each connection that goes or comes may be a call to the kernel, and while the hash of a password
/// gets its 64 MiB such a call waits for tens of milliseconds, and everybody with it.
void keep_freed_memory() noexcept;

/// Takes CHAT_SECRET, CHAT_KEY_PASSPHRASE and CHAT_MASTER_KEY out of the environment, and
/// overwrites them where /proc/PID/environ shows them.
void forget_secrets_in_environment() noexcept;

/// Whether one of the standard streams is a terminal that is still there.
bool is_in_terminal() noexcept;

/// How many files and sockets this process may have open; none: any number.
std::optional<std::uint64_t> descriptor_limit() noexcept;

/// Sees that `max-connections` leaves enough of the limit to the journal, the ports, and whatever
/// else the daemon opens. A value that does not is a failure, unless it is the default, which is
/// lowered to what fits.
/// @return whether it was lowered
result<bool> fit_connections(invocation& call, std::optional<std::uint64_t> limit);

} // namespace asio_chat::ops
