#include "exit_code.hpp"

#include "tls/refusal.hpp"

namespace asio_chat::app {

exit_code exit_code_of(const error_code& e) noexcept {
  if (tls::refuses_us(e)) return exit_not_let_in;
  if (e.category() != chat_category()) return exit_no_connection;
  switch (static_cast<errc>(e.value())) {
  case errc::bad_setting:
  case errc::bad_certificate_file:
    return exit_usage;
  case errc::untrusted_certificate:
  case errc::certificate_changed:
  case errc::certificate_expired:
  case errc::host_name_mismatch:
  case errc::no_certificate:
  case errc::certificate_revoked:
    return exit_not_trusted;
  case errc::wrong_passphrase:
  case errc::login_required:
  case errc::name_invalid:
  case errc::name_taken:
  case errc::room_invalid:
  case errc::too_many_rooms:
    return exit_not_let_in;
  default:
    return exit_no_connection;
  }
}

exit_code exit_code_of(const close_reason& reason) noexcept {
  if (reason.code == close_code::handshake_failed) return exit_not_trusted;
  if (reason.code == close_code::wrong_passphrase || reason.code == close_code::not_trusted)
    return exit_not_let_in;
  if (reason.code == close_code::quit) return exit_left;
  return exit_no_connection;
}

exit_code exit_code_of(const disconnected& d) noexcept {
  const exit_code code = d.attempt ? exit_code_of(d.attempt) : exit_no_connection;
  return code != exit_no_connection ? code : exit_code_of(d.reason);
}

} // namespace asio_chat::app
