#include "client/client_impl.hpp"

#include "client/reconnect_policy.hpp"

#include <asio_chat/tls/context.hpp>

#include <boost/asio/error.hpp>
#include <fmt/format.h>

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

/// What tells the requests of this client from those of all others.
std::string unlikely_prefix() {
  std::random_device source;
  return fmt::format("{:08x}{:08x}", source(), source());
}

} // namespace

failure client::impl::aborted() {
  return {asio::error::operation_aborted, "the client was closed meanwhile"};
}

client::impl::impl(asio::io_context& context, client_config config)
    : context_(context)
    , config_(std::make_shared<const client_config>(std::move(config)))
    , completer_{context, std::make_shared<failure>()}
    , requests_(unlikely_prefix())
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
    attempt_failed(why);
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

void client::impl::on_open(const tls_info& tls) {
  note_server();
  session_ = tls;
  native::hello hello;
  hello.name = wanted_.name();
  hello.passphrase = config_->passphrase;
  hello.agent = "asio-chat";
  membership_.forget_rooms();
  login_.emplace(std::move(hello), wanted_.rooms(), state_ == state::returning);
  for (const native::request& r : login_->take_requests())
    connection_->send(native::encode(r));
}

void client::impl::on_message(native::message m) {
  if (auto* e = std::get_if<event>(&m)) {
    on_event(std::move(*e));
  } else if (const auto* w = std::get_if<native::welcome>(&m)) {
    if (login_) {
      membership_.named(w->name);
      on_login(login_->on(*w));
    }
  } else if (const auto* g = std::get_if<native::goodbye>(&m)) {
    if (login_) {
      on_login(login_->on(*g));
    } else if (state_ == state::ready) {
      retire_connection();
      lost(g->reason);
    }
  }
}

void client::impl::on_event(event e) {
  membership_.observe(e);
  if (!login_) {
    if (requests_.settle(e)) {
      // A room's state answers `/join` and is news as well.
      if (!std::holds_alternative<room_state>(e)) return;
    }
    push(std::visit([](auto& value) { return client_event(std::move(value)); }, e));
    return;
  }
  login::outcome outcome = login::outcome::under_way;
  if (const auto* joined = std::get_if<room_state>(&e)) outcome = login_->on(*joined);
  if (const auto* no = std::get_if<refused>(&e)) outcome = login_->on(*no);
  early_.push_back(std::move(e));
  on_login(outcome);
}

void client::impl::on_login(login::outcome outcome) {
  if (outcome == login::outcome::failed) {
    const failure why = login_->why();
    retire_connection();
    attempt_failed(why);
    return;
  }
  for (const native::request& r : login_->take_requests())
    connection_->send(native::encode(r));
  if (outcome == login::outcome::done) logged_in();
}

void client::impl::logged_in() {
  const native::welcome& w = login_->welcome();
  text_bytes_ = w.text_bytes;
  connected news{membership_.name(), session_, w.text_bytes, w.commands,
                 state_ == state::returning};
  login_.reset();
  state_ = state::ready;
  ready_since_ = now();
  connection_->logged_in();
  log(severity::info, "connected", news.name);
  if (news.again) {
    push(std::move(news));
  } else {
    std::exchange(connecting_, {}).succeed(std::move(news));
  }
  for (event& e : std::exchange(early_, {}))
    push(std::visit([](auto& value) { return client_event(std::move(value)); }, e));
}

// Losing it, and coming back.

void client::impl::on_closed(const failure& why) {
  note_server();
  connection_.reset();
  switch (state_) {
  case state::connecting:
  case state::returning:
    attempt_failed(why);
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

void client::impl::attempt_failed(const failure& why) {
  login_.reset();
  early_.clear();
  log(severity::warning, "cannot connect", why.message);
  if (state_ == state::connecting) {
    state_ = state::idle;
    std::exchange(connecting_, {}).fail(why);
    events_.end();
  } else if (worth_another_attempt(why.code)) {
    come_back_later();
  } else {
    push(disconnected{reason_of(why), std::nullopt});
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

void client::impl::over(const failure& open_requests) {
  state_ = state::idle;
  retry_timer_.cancel();
  forget_connection();
  requests_.fail_all(open_requests);
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
    connection_->leave();
    return;
  }
  if (connecting_) std::exchange(connecting_, {}).fail(aborted());
  over(aborted());
}

void client::impl::abort() {
  if (connecting_) std::exchange(connecting_, {}).fail(aborted());
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
