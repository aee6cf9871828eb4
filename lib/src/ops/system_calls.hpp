// seccomp: which calls of the kernel this process may still make (seccomp(2), by libseccomp).
#pragma once

#include "ops/confinement.hpp"

namespace asio_chat::ops {

/// Whatever is not on the list fails with ENOSYS, as in a kernel without it: a newer libc then does
/// it in an older way.
/// @returns the part `calls`
confined_part close_system_calls(const confinement& needed);

} // namespace asio_chat::ops
