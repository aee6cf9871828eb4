// What can go wrong, as codes that a program compares and sentences that a person reads.
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <boost/system/system_error.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace asio_chat {

using boost::system::error_code;

/// Errors of the chat itself. The system's and OpenSSL's keep their own categories.
/// Each has a name that the native protocol sends as `code` (see `name_of`).
enum class errc {
  // requests
  protocol_error = 1,  ///< what arrived is not of the protocol
  unsupported_version, ///< the peer asks for a protocol version that is not spoken here
  unknown_type,        ///< a message of an unknown type
  frame_too_large,     ///< the length prefix announces more than the cap
  login_required,      ///< anything but a login before the login
  already_logged_in,   ///< a second login on one connection
  wrong_passphrase,    ///< the shared passphrase is missing or wrong
  name_invalid,        ///< not a name, see `limits::name_characters`
  name_taken,          ///< another member has that name
  room_invalid,        ///< not a name for a room
  not_in_room,         ///< the member has not joined that room
  too_many_rooms,      ///< see `limits::rooms_per_member`
  text_empty,          ///< nothing to say
  text_too_long,       ///< see `limits::text_bytes`
  unknown_command,     ///< not in the command table
  bad_arguments,       ///< a command with the wrong arguments
  no_such_member,      ///< no member of that name is here
  not_available,       ///< this protocol or this server does not offer it
  storage_failed,      ///< the journal could not keep the entry; nobody has seen it
  server_stopping,     ///< the server is about to go
  // trust
  untrusted_certificate = 100, ///< the chain leads to no trusted CA
  certificate_changed,         ///< another key than the pinned one
  certificate_expired,         ///< outside its validity time
  host_name_mismatch,          ///< a good certificate, but of another host
  no_certificate,              ///< the peer showed none
  bad_certificate_file,        ///< certificate, key or CA file cannot be used
  certificate_revoked,         ///< taken back by its CA, or without the staple it must have
  // connections
  not_connected = 200, ///< there is no connection now
  connection_lost,     ///< it ended without a goodbye
  closed_by_server,    ///< it ended with a goodbye; see the close reason
  timed_out,           ///< a deadline passed
  // settings
  bad_setting = 300, ///< a value that cannot be used
};

/// The category of `errc`.
const boost::system::error_category& chat_category() noexcept;

inline error_code make_error_code(errc e) noexcept {
  return {static_cast<int>(e), chat_category()};
}

/// The identifier of an error in the native protocol, e.g. `name_taken`.
std::string_view name_of(errc e) noexcept;

/// The reverse; `errc::protocol_error` for an unknown identifier.
errc errc_of(std::string_view name) noexcept;

/// An error and the sentence that explains it: what was wrong, where, what would be right.
struct failure {
  error_code code;
  std::string message;
};

inline failure fail(errc e, std::string message) {
  return {make_error_code(e), std::move(message)};
}

/// What functions throw that cannot return a failure. `what()` is the sentence alone.
class error : public boost::system::system_error {
 public:
  explicit error(failure f)
      : system_error(f.code)
      , sentence_(std::move(f.message)) {}
  const char* what() const noexcept override { return sentence_.c_str(); }

 private:
  std::string sentence_;
};

/// A value or a failure.
template <class T>
using result = boost::system::result<T, failure>;

[[noreturn]] inline void throw_exception_from_error(const failure& f,
                                                    const boost::source_location&) {
  throw error(f);
}

} // namespace asio_chat

template <>
struct boost::system::is_error_code_enum<asio_chat::errc> : std::true_type {};
