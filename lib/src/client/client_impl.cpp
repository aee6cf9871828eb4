#include "client/client_impl.hpp"

#include "base/check_time.hpp"
#include "client/reconnect_policy.hpp"

#include <asio_chat/tls/context.hpp>

#include <boost/asio/error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace asio_chat {

namespace asio = boost::asio;
namespace native = wire::native;
using namespace client_room;

namespace {

steady_time now() {
  return std::chrono::steady_clock::now();
}

/// What tells the messages and requests of this client from those of all others.
std::string unlikely_prefix() {
  std::random_device source;
  return fmt::format("{:08x}{:08x}", source(), source());
}

client_config checked(client_config c) {
  check_time("client_config::connect_time", c.connect_time, {});
  check_time("client_config::ping_time", c.ping_time, {});
  check_time("client_config::retry_first", c.retry_first, {});
  check_time("client_config::retry_most", c.retry_most, {.least = c.retry_first});
  return c;
}

} // namespace

failure client::impl::aborted() {
  return {asio::error::operation_aborted, "the client was closed meanwhile"};
}

client::impl::impl(asio::io_context& context, client_config config)
    : context_(context)
    , config_(std::make_shared<const client_config>(checked(std::move(config))))
    , completer_{context, std::make_shared<failure>()}
    , token_(config_->resume.token)
    , bookmarks_(config_->history, config_->resume.positions)
    , messages_(unlikely_prefix())
    , requests_(unlikely_prefix())
    , events_(bookmarks_)
    , backoff_(config_->retry_first, config_->retry_most)
    , random_(std::random_device()())
    , retry_timer_(context.get_executor()) {}

client::impl::~impl() {
  forget_connection();
  if (parting_) parting_->abandon();
}

// The first connection.

void client::impl::connect(connect_handler handler) {
  if (!begin(std::move(handler))) return;
  in_memory_ = false;
  if (const failure why = make_context(); why.code) {
    attempt_failed(why, reason_of(why));
    return;
  }
  open_connection();
}

void client::impl::connect_in_memory(memory_transport transport, connect_handler handler) {
  if (!begin(std::move(handler))) return;
  in_memory_ = true;
  connection_.reset(new connection(context_, config_, *this));
  connection_->open_in_memory(transport.release());
}

bool client::impl::begin(connect_handler handler) {
  pending<connected> waiting(completer_, std::move(handler));
  if (state_ != state::idle) {
    waiting.fail({asio::error::already_connected, "the client is connected or about to be"});
    return false;
  }
  connecting_ = std::move(waiting);
  state_ = state::connecting;
  server_ = {};
  membership_ = {};
  wanted_ = membership(config_->name, config_->room);
  events_.open();
  backoff_.reset();
  return true;
}

/// Files are read anew for every connection, since certificates are renewed while a client runs.
failure client::impl::make_context() {
  auto made = tls::make_client_context(config_->tls);
  if (!made) return made.error();
  tls_ = *made;
  return {};
}

void client::impl::open_connection() {
  connection_.reset(new connection(context_, config_, *this));
  connection_->open(tls_);
}

void client::impl::forget_connection() {
  if (connection_) std::exchange(connection_, nullptr)->abandon();
  login_.reset();
  early_.clear();
}

void client::impl::retire_connection() {
  if (parting_) parting_->abandon();
  parting_ = std::exchange(connection_, nullptr);
  parting_->retire();
}

// Losing it, and coming back.

void client::impl::on_closed(const failure& why) {
  note_server();
  connection_.reset();
  switch (state_) {
  case state::connecting:
  case state::returning:
    attempt_failed(why, reason_of(why));
    break;
  case state::ready:
    lost({close_code::connection_lost, why.message});
    break;
  case state::leaving:
    over(fail(errc::connection_lost, "the client left before the server had answered"));
    break;
  case state::idle:
  case state::waiting:
    break;
  }
}

void client::impl::attempt_failed(const failure& why, close_reason reason) {
  login_.reset();
  early_.clear();
  log(severity::warning, "cannot connect", why.message);
  if (state_ == state::connecting) {
    state_ = state::idle;
    std::exchange(connecting_, {}).fail(why);
    events_.end();
  } else if (worth_another_attempt(why.code, reason)) {
    come_back_later();
    // Every reason once: the next attempts fail for the same one, for as long as it takes.
    if (std::ranges::find(told_, why.code) != told_.end()) return;
    told_.push_back(why.code);
    push(disconnected{std::move(reason), retry_in_, why.code});
  } else {
    push(disconnected{std::move(reason), std::nullopt, why.code});
    over(why);
  }
}

void client::impl::lost(close_reason reason) {
  log(severity::warning, "connection lost", reason.phrase);
  requests_.fail_all(
      fail(errc::connection_lost, "the connection was lost before the answer: " + reason.phrase));
  if (!config_->reconnect || in_memory_ || !comes_back(reason)) {
    const failure why = fail(errc::not_connected, reason.phrase);
    push(disconnected{std::move(reason), std::nullopt});
    over(why);
    return;
  }
  // A server that lets us in only to throw us out is not asked faster and faster.
  if (now() - ready_since_ > config_->retry_most) backoff_.reset();
  wanted_ = membership_;
  come_back_later();
  push(disconnected{std::move(reason), retry_in_});
}

void client::impl::come_back_later() {
  state_ = state::waiting;
  retry_in_ = backoff_.next(std::generate_canonical<double, 32>(random_));
  retry_timer_.expires_after(retry_in_);
  retry_timer_.async_wait([weak = weak_from_this()](const error_code& e) {
    const auto self = weak.lock();
    if (!self || e || self->state_ != state::waiting) return;
    self->state_ = state::returning;
    // A file that is being replaced right now is no reason to give up: the last context still is
    // good.
    if (const failure why = self->make_context(); why.code) {
      self->log(severity::warning, "keeping the TLS settings of before", why.message);
    }
    self->open_connection();
  });
}

void client::impl::over(const failure& why) {
  state_ = state::idle;
  retry_timer_.cancel();
  forget_connection();
  messages_.give_up(why.message);
  requests_.fail_all(why);
  for (pending<>& waiting : std::exchange(closing_, {}))
    waiting.succeed();
  events_.end();
}

void client::impl::close(close_handler handler) {
  pending<> waiting(completer_, std::move(handler));
  if (state_ == state::idle) {
    waiting.succeed();
    return;
  }
  closing_.push_back(std::move(waiting));
  if (state_ == state::leaving) return;
  if (state_ == state::ready) {
    state_ = state::leaving;
    connection_->begin_leaving();
    leave_if_answered();
    return;
  }
  if (connecting_) std::exchange(connecting_, {}).fail(aborted());
  over(aborted());
}

/// A server that is told bye does not wait for what is being stored.
void client::impl::leave_if_answered() {
  if (state_ == state::leaving && messages_.empty() && requests_.empty()) connection_->say_bye();
}

void client::impl::abort() {
  if (connecting_) std::exchange(connecting_, {}).fail(aborted());
  messages_.fail_all(aborted());
  for (pending<>& waiting : std::exchange(closing_, {}))
    waiting.fail(aborted());
  events_.cancel(aborted());
  over(aborted());
  if (parting_) std::exchange(parting_, nullptr)->abandon();
}

void client::impl::note_server() {
  if (!connection_ || !connection_->server()) return;
  const tls::certificate_info& seen = *connection_->server();
  server_ = {seen.subject, seen.fingerprint, seen.pin, seen.self_issued};
}

void client::impl::log(severity s, std::string_view message, const std::string& detail) const {
  if (!config_->log) return;
  const std::array fields{log_field{"host", config_->host},
                          log_field{"port", std::to_string(config_->port)},
                          log_field{"detail", detail}};
  config_->log(s, message, fields);
}

} // namespace asio_chat
