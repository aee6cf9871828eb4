// What a careful daemon does to its own process.
#pragma once

namespace asio_chat::ops {

/// No core dumps, no debugger of another user, new files for the owner only, as many descriptors
/// as allowed, and writing to a closed pipe is an error instead of the end.
void harden_process() noexcept;

/// Takes CHAT_SECRET, CHAT_KEY_PASSPHRASE and CHAT_MASTER_KEY out of the environment, and
/// overwrites them where /proc/PID/environ shows them.
void forget_secrets_in_environment() noexcept;

/// Whether one of the standard streams is a terminal that is still there.
bool is_in_terminal() noexcept;

} // namespace asio_chat::ops
