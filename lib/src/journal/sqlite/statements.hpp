// Statements that a server signs.
#pragma once

#include "journal/sqlite/secret_key.hpp"

#include <asio_chat/error.hpp>

#include <string>
#include <string_view>

namespace asio_chat::sqlite {

/// A JWS in its compact form (RFC 7515) by Ed25519 (RFC 8037). The public key is in its header, so
/// whoever has it from elsewhere can compare, and any library for JWS can check it.
/// @param seed of the key pair
std::string sign_statement(key_bytes seed, std::string_view statement);

/// The statement in a JWS that was signed with this key.
/// @param jws with or without the end of a line
result<std::string> open_statement(key_bytes seed, std::string_view jws);

} // namespace asio_chat::sqlite
