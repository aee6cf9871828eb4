// What can go wrong, as codes that a program compares and sentences that a person reads.
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace asio_chat {

using boost::system::error_code;

/// Errors of the chat itself; errors of the system and of OpenSSL keep their own categories. Those
/// below 100 are answers to requests, which the native protocol sends by their names (`name_of`).
enum class errc {
  // requests
  protocol_error = 1,  ///< bytes arrived that are not of the protocol
  unsupported_version, ///< the peer asks for a protocol version that is not spoken here
  unknown_type,        ///< a message has a type that is not known here
  frame_too_large,     ///< a frame is announced that is longer than the protocol allows
  login_required,      ///< a request came before the login
  already_logged_in,   ///< a second login came over one connection
  wrong_passphrase,    ///< the shared passphrase is missing or wrong
  name_invalid,        ///< a member cannot have this name, see `limits::name_characters`
  name_taken,          ///< another member has this name
  room_invalid,        ///< a room cannot have this name
  not_in_room,         ///< the member has not joined the room
  too_many_rooms,      ///< the member is in too many rooms, see `limits::rooms_per_member`
  text_empty,          ///< the text contains nothing that can be seen
  text_too_long,       ///< the text is longer than `limits::text_bytes`
  unknown_command,     ///< the server has no such command
  bad_arguments,       ///< the arguments of the command are wrong
  no_such_member,      ///< no member has this name
  not_available,       ///< this protocol or this server does not offer it, or not now
  storage_failed,      ///< the journal could not store the entry; no member has got it
  server_stopping,     ///< the server is about to stop
  not_allowed,         ///< the member does not have the right to do it
  key_required,        ///< the room is private: by its key, if it has one, or by invitation
  // trust
  untrusted_certificate = 100, ///< the chain leads to no trusted CA
  certificate_changed,         ///< the server has another key than the pinned one
  certificate_expired,         ///< the certificate has expired or is not valid yet
  host_name_mismatch,          ///< the certificate is that of another host
  no_certificate,              ///< the peer showed no certificate
  bad_certificate_file,        ///< a certificate, key or CA file cannot be used
  certificate_revoked,         ///< its CA has revoked it, or the staple that it needs is missing
  // connections
  not_connected = 200, ///< there is no connection now
  connection_lost,     ///< the connection ended without a goodbye
  closed_by_server,    ///< the connection ended with a goodbye, see `close_reason`
  timed_out,           ///< a deadline passed
  // settings
  bad_setting = 300, ///< the value of a setting cannot be used
};

/// The category of `errc`; its `message()` is a phrase in English.
const boost::system::error_category& chat_category() noexcept;

inline error_code make_error_code(errc e) noexcept {
  return {static_cast<int>(e), chat_category()};
}

/// The identifier of an error in the native protocol, e.g. `name_taken`.
std::string_view name_of(errc e) noexcept;

/// The error of an identifier; `errc::protocol_error` if the identifier is unknown.
errc errc_of(std::string_view name) noexcept;

/// An error and the sentence that explains it: what was wrong, where, and what would be right. The
/// code may also be one of the system or of OpenSSL.
struct failure {
  error_code code;
  std::string message;
};

/// Makes a failure of the chat's own category.
inline failure fail(errc e, std::string message) {
  return {make_error_code(e), std::move(message)};
}

/// The exception of functions that cannot return a failure. `what()` is the sentence, `code()` the
/// error.
class error : public boost::system::system_error {
 public:
  explicit error(failure f)
      : system_error(f.code)
      , sentence_(std::move(f.message)) {}
  const char* what() const noexcept override { return sentence_.c_str(); }

 private:
  std::string sentence_;
};

} // namespace asio_chat

template <>
struct boost::system::is_error_code_enum<asio_chat::errc> : std::true_type {};
