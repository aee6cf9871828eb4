// Identities that a host program gives: to its users, and to itself.
#pragma once

#include "model/identity.hpp"

#include <asio_chat/error.hpp>

#include <string>

namespace asio_chat {

/// The same for the same user; no token has it, and no name of the host.
result<identity> identity_of_user(const std::string& user);
/// The same for the same name.
result<identity> identity_of_host(const std::string& name);

} // namespace asio_chat
