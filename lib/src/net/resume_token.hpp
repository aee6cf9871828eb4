// What a client shows when it comes back, to be who it was.
#pragma once

#include "model/identity.hpp"

#include <asio_chat/error.hpp>

#include <string>
#include <string_view>

namespace asio_chat::net {

/// 256 random bits in 64 hexadecimal digits. Only the identity is kept of it.
std::string make_resume_token();

/// The member of the token. A failure if it is not of the form that tokens have.
result<identity> identity_of(std::string_view token);

/// For a member who will not come back.
identity make_identity();

} // namespace asio_chat::net
