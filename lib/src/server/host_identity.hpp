// Identities that names stand for: of a host's users, of the host itself, of certificates.
#pragma once

#include "model/identity.hpp"

#include <asio_chat/error.hpp>

#include <string>

namespace asio_chat {

/// The same for the same user; no token has it, and no name of the host.
result<identity> identity_of_user(const std::string& user);
/// The same for the same name.
result<identity> identity_of_host(const std::string& name);
/// The same for the same name in certificates, folded.
result<identity> identity_of_certificate(const std::string& name);

} // namespace asio_chat
