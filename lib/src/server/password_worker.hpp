// Passwords are hashed on a thread of their own: nobody's chat waits for it.
#pragma once

#include "accounts/passwords.hpp"
#include "base/clock.hpp"
#include "base/scheduler.hpp"

#include <cstddef>
#include <memory>

namespace asio_chat {

/// Argon2id of libsodium, 2 passes, one password at a time. More than 16 do not wait.
/// @param later is called from the thread, and runs its tasks on the caller's
/// @param memory that one hash takes
/// @param time must live as long; asked on the caller's thread
/// @return null in a build without libsodium
std::unique_ptr<password_hasher> make_password_worker(scheduler later, std::size_t memory,
                                                      const clock& time);

} // namespace asio_chat
