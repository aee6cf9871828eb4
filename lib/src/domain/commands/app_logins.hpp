// `/login` with an app password.
#pragma once

#include "accounts/facts.hpp"
#include "domain/commands/commands.hpp"

#include <string_view>

namespace asio_chat::commands {

/// Null: the secret is no app password of the account, or nobody comes in by it.
const app_password* app_opened_by(const hub& in, const account& of, std::string_view secret);

result<void> log_in_by_app(const asked& q, const app_password& by);

} // namespace asio_chat::commands
