#include "client/reconnect_policy.hpp"

#include "tls/refusal.hpp"

namespace asio_chat::client_room {

namespace {

bool is_about_trust(const error_code& code) noexcept {
  return code.category() == chat_category() &&
         code.value() >= static_cast<int>(errc::untrusted_certificate) &&
         code.value() < static_cast<int>(errc::not_connected);
}

} // namespace

bool comes_back(const close_reason& reason) noexcept {
  return reason.code != close_code::quit && reason.reconnect();
}

bool worth_another_attempt(const error_code& code, const close_reason& reason) noexcept {
  if (code == errc::closed_by_server) return comes_back(reason);
  return !tls::refuses_us(code) && !is_about_trust(code) && code != errc::wrong_passphrase &&
         code != errc::name_invalid && code != errc::protocol_error &&
         code != errc::unsupported_version && code != errc::bad_setting;
}

close_reason reason_of(const failure& why) {
  if (tls::refuses_us(why.code)) return {close_code::not_trusted, why.message};
  if (is_about_trust(why.code)) return {close_code::handshake_failed, why.message};
  if (why.code == errc::wrong_passphrase) return {close_code::wrong_passphrase, why.message};
  const close_reason lost{close_code::connection_lost, why.message};
  if (worth_another_attempt(why.code, lost)) return lost;
  return {close_code::protocol_error, why.message};
}

} // namespace asio_chat::client_room
