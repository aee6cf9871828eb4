// Between `/login` without a password and `/devices confirm`.
#pragma once

#include "domain/commands/commands.hpp"

#include <string>
#include <string_view>

namespace asio_chat::commands {

/// Shows a code to who asks, and tells the devices of the account, if there is one.
/// @param name of the account, as it was typed; empty: the one of the connection
result<void> ask_older_devices(const asked& q, const std::string& name);

/// Lets the new device in that shows this code.
/// @param name that it is listed by; may be empty
result<void> confirm_new_device(const asked& q, const std::string& code, std::string_view name);

/// Lets none in that asks now.
result<void> refuse_new_devices(const asked& q);

} // namespace asio_chat::commands
