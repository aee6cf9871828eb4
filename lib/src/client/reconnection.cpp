#include "client/reconnection.hpp"

#include "tls/refusal.hpp"

#include <algorithm>
#include <cstdint>

namespace asio_chat::client_room {

namespace {

bool is_about_trust(const error_code& code) noexcept {
  return code.category() == chat_category() &&
         code.value() >= static_cast<int>(errc::untrusted_certificate) &&
         code.value() < static_cast<int>(errc::not_connected);
}

} // namespace

backoff::backoff(duration first, duration max) noexcept
    : first_(std::max(first, duration(1)))
    , max_(std::max(max, first_))
    , step_(first_) {}

backoff::duration backoff::next(double random) noexcept {
  const double half = static_cast<double>(step_.count()) / 2;
  const auto wait = static_cast<std::int64_t>(half + half * random);
  step_ = step_ > max_ / 2 ? max_ : step_ * 2;
  return duration(wait);
}

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

reconnection::reconnection(const client_config& config, std::uint_fast32_t seed)
    : wanted_(config.reconnect)
    , max_wait_(config.retry_most)
    , backoff_(config.retry_first, config.retry_most)
    , given_random_(config.random)
    , random_(seed) {}

void reconnection::ready(steady_time now) noexcept {
  ready_since_ = now;
  told_.clear();
}

std::optional<std::chrono::milliseconds> reconnection::lost(const close_reason& reason,
                                                            steady_time now) {
  if (!wanted_ || !repeatable_ || !comes_back(reason)) return std::nullopt;
  // A server that lets us in only to throw us out is not asked faster and faster.
  if (now - ready_since_ > max_wait_) backoff_.reset();
  return draw();
}

reconnection::next_attempt reconnection::failed(const error_code& why, const close_reason& reason) {
  if (!worth_another_attempt(why, reason)) return {std::nullopt, true};
  // The next attempts fail for the same reason, for as long as it takes.
  const bool is_news = std::find(told_.begin(), told_.end(), why) == told_.end();
  if (is_news) told_.push_back(why);
  return {draw(), is_news};
}

std::chrono::milliseconds reconnection::draw() {
  const double part =
      given_random_ ? given_random_() : std::generate_canonical<double, 32>(random_);
  return backoff_.next(part >= 0 && part < 1 ? part : 0); // the program's own may be anything
}

} // namespace asio_chat::client_room
