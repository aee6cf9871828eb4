// How a session ends.
#include "net/session.hpp"

#include <asio_chat/tls/peer.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <fmt/format.h>

#include <utility>

namespace asio_chat::net {

namespace asio = boost::asio;

using transport::handler_of;

void session::handshake_failed(const error_code& e) {
  SSL* ssl = stream_->native_tls();
  if (!tls::has_received(ssl)) {
    // A health check, or a look at which ports are open.
    context_.log(severity::info, fmt::format("Connection closed with {}", address_),
               {{"reason", "closed by the peer before its first byte"}});
  } else {
    context_.refusals.add(refusal::handshake, address_, tls::handshake_failure_reason(e, ssl));
  }
  finish();
}

close_reason session::lost(const error_code& e) {
  if (e == asio::error::eof) return {close_code::connection_lost, "closed by the peer"};
  if (e.category() != asio::error::get_ssl_category())
    return {close_code::connection_lost, e.message()};
  std::string reason = tls::connection_failure_reason(e, stream_->native_tls());
  // Of a peer that was told goodbye nothing more is expected.
  if (!closing_for_) context_.refusals.add(refusal::connection, address_, reason);
  return {close_code::connection_lost, std::move(reason)};
}

void session::close(close_reason reason) {
  if (state_ == state::closing || state_ == state::closed || closing_for_) return;
  closing_for_ = std::move(reason);
  reactor_.touch(*this);
}

void session::quit(close_reason reason) {
  if (state_ != state::live || closing_for_) return close(std::move(reason));
  protocol_->quit(reason);
}

void session::wind_down(const close_reason& reason) {
  if (quits_for_ || closing_for_ || state_ != state::live) return;
  begin(phase::closing);
  quits_for_ = reason;
}

void session::begin_closing() {
  const std::string name(protocol_ ? protocol_->name() : "");
  context_.log(severity::info, fmt::format("Connection closed with {}", address_),
             {{"name", name},
              {"reason", closing_for_->phrase},
              {"code", std::to_string(static_cast<int>(closing_for_->code))}});
  if (protocol_) {
    const work_watch::piece leaving(context_.watch, "leaving");
    protocol_->leave(closing_for_->code == close_code::quit);
    if (closing_for_->code != close_code::connection_lost) {
      if (const shared_bytes last = protocol_->goodbye(*closing_for_)) outbox_.push(last);
    }
  }
  state_ = state::closing;
  reactor_.times().begin(*this, phase::closing, reactor_.now());
  go_on(); // it may have been paused
}

void session::shut_down() {
  if (std::exchange(shutting_down_, true)) return;
  stream_->async_shutdown(handler_of<&session::on_shutdown>(*this));
}

void session::on_shutdown(const error_code&, std::size_t) {
  finish();
}

void session::expire(phase p) {
  switch (p) {
  case phase::handshake:
    context_.refusals.add(refusal::handshake, address_, "not done in time");
    return finish();
  case phase::login:
    return close({close_code::login_timeout, "no login in time"});
  case phase::idle:
    if (held_) return begin(phase::idle); // it is not heard because it is not listened to
    return close({close_code::idle, fmt::format("nothing was heard for {} s",
                                                context_.config.limits.idle_time.count() / 1000)});
  case phase::stalled:
    // A socket's buffer of megabytes takes nothing more until a third of it has gone: that is not
    // seen from here, but it is progress.
    if (const auto now = stream_->unacknowledged(); now < std::exchange(unacknowledged_, now))
      return reactor_.times().begin(*this, phase::stalled, reactor_.now());
    return cut_off(
        {close_code::slow_reader,
         fmt::format("nothing was read for {} s", context_.config.limits.stall_time.count() / 1000)});
  case phase::closing:
    if (state_ == state::live) return close(*quits_for_);
    return finish();
  }
}

void session::judge() {
  SSL* ssl = stream_->native_tls();
  if (ssl == nullptr || (state_ != state::detecting && state_ != state::live) || closing_for_) return;
  const auto until = context_.tls->admit(ssl, reactor_.wall_now());
  if (until) return reactor_.expirations().watch(*this, *until);
  context_.log(severity::warning,
             fmt::format("Client certificate of {} is no longer accepted", address_),
             {{"name", std::string(protocol_ ? protocol_->name() : "")},
              {"reason", until.error().message}});
  close({close_code::not_trusted, "your certificate is no longer accepted"});
}

void session::cut_off(close_reason reason) {
  if (state_ == state::closed) return;
  if (!closing_for_) closing_for_ = std::move(reason);
  if (state_ != state::closing && state_ != state::handshaking) begin_closing();
  finish();
}

void session::finish() {
  if (state_ == state::closed) return;
  state_ = state::closed;
  deadlines::end(*this);
  expirations::end(*this);
  reactor_.dormitory().leave(*this);
  stream_->close();
  keeper_.ended(*this);
}

} // namespace asio_chat::net
