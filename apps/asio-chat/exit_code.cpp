#include "exit_code.hpp"

#include <boost/asio/ssl/error.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace asio_chat::app {

namespace {

/// Whether the server's alert says that it does not like who we are (RFC 8446, 6.2). In TLS 1.2
/// handshake_failure is how it says that no certificate was shown.
bool is_about_us(const error_code& e) noexcept {
  const auto code = static_cast<unsigned long>(static_cast<unsigned int>(e.value()));
  switch (ERR_GET_REASON(code) - SSL_AD_REASON_OFFSET) {
  case SSL_AD_HANDSHAKE_FAILURE:
  case SSL_AD_BAD_CERTIFICATE:
  case SSL_AD_UNSUPPORTED_CERTIFICATE:
  case SSL_AD_CERTIFICATE_REVOKED:
  case SSL_AD_CERTIFICATE_EXPIRED:
  case SSL_AD_CERTIFICATE_UNKNOWN:
  case SSL_AD_UNKNOWN_CA:
  case SSL_AD_ACCESS_DENIED:
  case SSL_AD_CERTIFICATE_REQUIRED:
    return true;
  default:
    return false;
  }
}

} // namespace

exit_code exit_code_of(const error_code& e) noexcept {
  if (e.category() == boost::asio::error::get_ssl_category())
    return is_about_us(e) ? exit_not_let_in : exit_no_connection;
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

} // namespace asio_chat::app
