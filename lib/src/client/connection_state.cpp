#include "client/connection_state.hpp"

#include "base/host_port.hpp"

#include <asio_chat/tls/peer.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat::client_room {

namespace asio = boost::asio;

namespace {

/// The server answers what it was asked before it says goodbye, and takes some time for both.
constexpr auto leave_time = std::chrono::seconds(5);

} // namespace

connection_state::connection_state(std::shared_ptr<const client_config> config, steady_time now)
    : config_(std::move(config))
    , give_up_at_(now + config_->connect_time)
    , heartbeat_(config_->ping_time, now) {}

void connection_state::welcomed(std::optional<std::chrono::milliseconds> idle_time) noexcept {
  welcomed_ = true;
  heartbeat_.server_waits(idle_time);
}

void connection_state::logged_in(steady_time now) noexcept {
  phase_ = phase::open;
  heartbeat_.heard(now);
}

void connection_state::leave(steady_time now) noexcept {
  phase_ = phase::leaving;
  give_up_at_ = now + leave_time;
}

std::chrono::milliseconds connection_state::time_to_connect(steady_time now) const noexcept {
  return std::chrono::duration_cast<std::chrono::milliseconds>(give_up_at_ - now);
}

steady_time connection_state::next_check() const noexcept {
  if (phase_ == phase::open) return heartbeat_.next_check();
  if (phase_ == phase::logging_in && welcomed_)
    return std::min(give_up_at_, heartbeat_.next_check());
  return give_up_at_;
}

connection_state::action connection_state::check(steady_time now, bool listening) {
  using kind = action::kind;
  if (phase_ == phase::closed || now < next_check()) return {};
  if (phase_ != phase::open && now >= give_up_at_)
    return {kind::close, phase_ == phase::leaving ? failure() : timed_out()};
  if (!listening) heartbeat_.heard(now);
  switch (heartbeat_.check(now)) {
  case heartbeat::verdict::alive:
    return {};
  case heartbeat::verdict::ping:
    return {kind::ping, {}};
  case heartbeat::verdict::lost:
    break;
  }
  const auto silence = std::chrono::duration_cast<std::chrono::seconds>(2 * config_->ping_time);
  return {kind::close, fail(errc::connection_lost, fmt::format("nothing was heard from {} for {} s",
                                                               where(), silence.count()))};
}

connection_state::action connection_state::end_of_input(const error_code& e, bool writing,
                                                        SSL* ssl) const {
  using kind = action::kind;
  if (phase_ == phase::leaving) {
    const bool in_order = e == asio::error::eof && !writing;
    return {in_order ? kind::shut_down : kind::close, {}};
  }
  // With TLS 1.3 a server judges the client's certificate after the client's handshake is over.
  if (phase_ == phase::logging_in && e.category() == asio::error::get_ssl_category()) {
    return {kind::close,
            {e, fmt::format("cannot connect to {}: {}", where(),
                            tls::handshake_failure_reason(e, ssl))}};
  }
  const bool ended = e == asio::error::eof || e == asio::ssl::error::stream_truncated;
  return {kind::close, fail(errc::connection_lost,
                            ended ? fmt::format("{} closed the connection", where())
                                  : fmt::format("the connection to {} was lost: {}", where(),
                                                tls::connection_failure_reason(e, ssl)))};
}

failure connection_state::unreadable(const failure& why) const {
  return fail(errc::protocol_error,
              fmt::format("{} sent something that cannot be read: {}", where(), why.message));
}

failure connection_state::too_large(std::size_t announced, std::size_t cap) const {
  return fail(
      errc::frame_too_large,
      fmt::format("{} sent a message of {} bytes; at most {} are taken", where(), announced, cap));
}

std::string connection_state::where() const {
  return host_port(config_->host, config_->port);
}

failure connection_state::timed_out() const {
  const char* doing = "while logging in";
  if (phase_ == phase::looking_up) doing = "while looking up the name";
  if (phase_ == phase::connecting) doing = "while connecting";
  if (phase_ == phase::securing) doing = "in the TLS handshake";
  return fail(errc::timed_out,
              fmt::format("cannot connect to {}: no answer within {} s, {}", where(),
                          static_cast<double>(config_->connect_time.count()) / 1000.0, doing));
}

} // namespace asio_chat::client_room
