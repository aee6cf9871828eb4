// Whether to come back after a connection ended, and after an attempt failed.
#pragma once

#include <asio_chat/close_reason.hpp>
#include <asio_chat/error.hpp>

namespace asio_chat::client_room {

/// The server's own advice, except that a client stays away after its own `/quit`.
bool comes_back(const close_reason& reason) noexcept;

/// Not where a person has to look first: a certificate that is not trusted, theirs or ours, a
/// passphrase that is wrong. A name that is taken is worth it: its bearer may leave.
/// @param reason the server's own, if it has said goodbye
bool worth_another_attempt(const error_code& code, const close_reason& reason) noexcept;

/// For an attempt that failed without a goodbye.
close_reason reason_of(const failure& why);

} // namespace asio_chat::client_room
