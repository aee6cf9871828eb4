#include "client/client_impl.hpp"

#include "base/check_time.hpp"
#include "transport/loop_time.hpp"
#include "transport/memory_socket.hpp"

#include <boost/asio/error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>
#include <string_view>
#include <utility>

namespace asio_chat::detail {

namespace asio = boost::asio;
namespace native = wire::native;
using namespace client_room;

namespace {

/// What the login says has to fit a frame.
void check_bytes(const char* setting, std::string_view value, std::size_t max) {
  if (value.size() <= max) return;
  throw error(fail(errc::bad_setting, fmt::format("client_config::{} has {} bytes; at most {} can "
                                                  "be sent",
                                                  setting, value.size(), max)));
}

client_config checked(client_config c) {
  if (c.host.empty()) {
    throw error(
        fail(errc::bad_setting,
             "client_config::host must not be empty: name the server, or give its address"));
  }
  if (c.port == 0) throw error(fail(errc::bad_setting, "client_config::port must not be 0"));
  check_bytes("name", c.name, 1'000);
  check_bytes("room", c.room, 1'000);
  check_bytes("passphrase", c.passphrase.value_or(""), 8'192);
  check_time("client_config::connect_time", c.connect_time, {});
  check_time("client_config::ping_time", c.ping_time, {});
  check_time("client_config::retry_first", c.retry_first, {});
  check_time("client_config::retry_most", c.retry_most, {.min = c.retry_first});
  return c;
}

failure aborted(const char* by) {
  return {asio::error::operation_aborted, by};
}

} // namespace

client_base::impl::impl(asio::any_io_executor executor, place_function place, client_config config)
    : executor_(std::move(executor))
    , config_(std::make_shared<const client_config>(checked(std::move(config))))
    , time_(transport::loop(executor_, config_->time).time)
    , calls_(std::move(place))
    , network_(make_network(executor_, config_))
    , conversation_(config_)
    , events_(conversation_.read())
    , reconnection_(*config_, std::random_device()())
    , retry_timer_(time_->make_timer()) {}

client_base::impl::~impl() {
  forget_connection();
  if (parting_) parting_->abandon();
}

// The first connection.

void client_base::impl::connect(handler<connected> h, diagnostics* why) {
  if (!begin(std::move(h), why, true)) return;
  if (const auto renewed = network_->renew(); !renewed) {
    attempt_failed(renewed.error(), reason_of(renewed.error()));
    return;
  }
  open_connection(network_->dial());
}

void client_base::impl::connect_in_memory(handler<connected> h, diagnostics* why,
                                          memory_transport transport) {
  if (!begin(std::move(h), why, false)) return;
  open_connection(dial_in_memory(executor_, transport::make_memory_stream(transport.release())));
}

bool client_base::impl::begin(handler<connected> h, diagnostics* why, bool repeatable) {
  const slot s = h.get_cancellation_slot();
  pending<connected> waiting(owner_, std::move(h), why);
  if (state_ != state::idle) {
    waiting.fail({asio::error::already_connected, "the client is connected or about to be"});
    return false;
  }
  connecting_ = std::move(waiting);
  connecting_number_ = ++operations_;
  state_ = state::connecting;
  server_ = {};
  conversation_.begin();
  events_.open();
  reconnection_.begin(repeatable);
  cancel_by(s, &impl::cancel_connect, connecting_number_);
  return true;
}

void client_base::impl::cancel_connect(std::uint64_t number, cancellation) {
  if (!connecting_ || number != connecting_number_) return;
  std::exchange(connecting_, {}).fail(aborted("connecting was cancelled"));
  over(aborted("connecting was cancelled"));
}

void client_base::impl::open_connection(boost::intrusive_ptr<dialer> way) {
  connection_.reset(new connection(time_, config_, *this));
  connection_->open(std::move(way));
}

void client_base::impl::forget_connection() {
  if (connection_) std::exchange(connection_, nullptr)->abandon();
  conversation_.break_off();
}

void client_base::impl::retire_connection() {
  if (parting_) parting_->abandon();
  parting_ = std::exchange(connection_, nullptr);
  parting_->retire();
}

// What the server says.

void client_base::impl::on_open(tls_info tls) {
  calls_.on_executor();
  note_server();
  conversation_.open(std::move(tls), state_ == state::returning, outstanding_.ids());
  say_what_is_due();
}

void client_base::impl::on_message(native::message m) {
  calls_.on_executor();
  using next = conversation::next;
  const next n = conversation_.on(m);
  if (auto* e = std::get_if<event>(&m)) {
    if (conversation_.left()) events_.given().forget(*conversation_.left());
    if (n == next::tell) pass_on(std::move(*e));
  }
  switch (n) {
  case next::nothing:
  case next::tell:
    break;
  case next::welcomed:
    connection_->welcomed(conversation_.idle_time());
    say_what_is_due();
    break;
  case next::logged_in:
    logged_in();
    break;
  case next::failed: {
    const auto [why, reason] = conversation_.login_failure();
    retire_connection();
    attempt_failed(why, reason);
    break;
  }
  case next::goodbye:
    if (state_ != state::ready) break;
    retire_connection();
    lost(std::get<native::goodbye>(m).reason);
    break;
  }
}

request_sender client_base::impl::to_connection() {
  return [this](const native::request& r) { connection_->send(r); };
}

void client_base::impl::say_what_is_due() {
  for (const native::request& r : conversation_.take_requests())
    connection_->send(r);
}

void client_base::impl::logged_in() {
  connection_->welcomed(conversation_.idle_time());
  connection_->logged_in();
  reconnection_.ready(time_->now());
  state_ = state::ready;
  connected news = conversation_.take_connected();
  log(severity::info, "connected", news.name);
  if (news.again) {
    push(std::move(news));
  } else {
    std::exchange(connecting_, {}).succeed(std::move(news));
  }
  for (event& e : conversation_.take_early())
    pass_on(std::move(e));
  // Before anything that is said from now on.
  outstanding_.send_again(to_connection());
}

void client_base::impl::pass_on(event e) {
  if (!conversation_.is_news(e)) return;
  // An answer is with its caller at once, while events wait to be received.
  if (std::holds_alternative<acknowledged>(e)) events_.given().observe(e);
  if (outstanding_.settle(e)) {
    leave_if_answered();
    // A room's state answers `/join` and is news as well.
    if (!std::holds_alternative<room_state>(e)) return;
  }
  push(std::visit([](auto& value) { return client_event(std::move(value)); }, e));
}

// Losing it, and coming back.

void client_base::impl::on_closed(const failure& why) {
  calls_.on_executor();
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

void client_base::impl::attempt_failed(const failure& why, close_reason reason) {
  conversation_.break_off();
  log(severity::warning, "cannot connect", why.message);
  if (state_ == state::connecting) {
    state_ = state::idle;
    std::exchange(connecting_, {}).fail(why);
    events_.end();
    return;
  }
  const auto next = reconnection_.failed(why.code, reason);
  if (next.after) come_back_after(*next.after);
  if (next.is_news) push(disconnected{std::move(reason), next.after, why.code});
  if (!next.after) over(why);
}

void client_base::impl::lost(close_reason reason) {
  log(severity::warning, "connection lost", reason.phrase);
  outstanding_.lost(
      fail(errc::connection_lost, "the connection was lost before the answer: " + reason.phrase));
  const auto after = reconnection_.lost(reason, time_->now());
  if (!after) {
    const failure why = fail(errc::not_connected, reason.phrase);
    push(disconnected{std::move(reason), std::nullopt});
    over(why);
    return;
  }
  conversation_.lost();
  come_back_after(*after);
  push(disconnected{std::move(reason), *after});
}

void client_base::impl::come_back_after(std::chrono::milliseconds time) {
  state_ = state::waiting;
  retry_at_ = time_->now() + time;
  retry_timer_->wait_until(retry_at_, [this] { come_back(); });
}

void client_base::impl::come_back() {
  calls_.on_executor();
  state_ = state::returning;
  // A file that is being replaced right now is no reason to give up.
  if (const auto renewed = network_->renew(); !renewed)
    log(severity::warning, "keeping the TLS settings of before", renewed.error().message);
  open_connection(network_->dial());
}

std::optional<std::chrono::milliseconds> client_base::impl::next_attempt_in() const {
  if (state_ != state::waiting) return {};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(retry_at_ - time_->now());
  return std::max(left, std::chrono::milliseconds(0));
}

bool client_base::impl::reconnect() {
  if (state_ == state::returning) return true; // it is about to be
  if (state_ == state::ready && reconnection_.is_wanted()) {
    forget_connection();
    lost({close_code::connection_lost, "the connection is made anew, as was asked"});
  }
  if (state_ != state::waiting) return false;
  retry_timer_->cancel();
  come_back();
  return true;
}

void client_base::impl::over(const failure& why) {
  state_ = state::idle;
  retry_timer_->cancel();
  forget_connection();
  outstanding_.give_up(why);
  for (waiting_close& one : std::exchange(closing_, {}))
    one.waiting.succeed();
  events_.end();
}

void client_base::impl::close(handler<> h) {
  const slot s = h.get_cancellation_slot();
  pending<> waiting(owner_, std::move(h));
  if (state_ == state::idle) {
    waiting.succeed();
    return;
  }
  closing_.push_back({++operations_, std::move(waiting)});
  cancel_by(s, &impl::cancel_close, operations_);
  if (state_ == state::leaving) return;
  if (state_ == state::ready) {
    state_ = state::leaving;
    connection_->begin_leaving();
    leave_if_answered();
    return;
  }
  const failure closed = aborted("the client was closed meanwhile");
  if (connecting_) std::exchange(connecting_, {}).fail(closed);
  over(closed);
}

void client_base::impl::cancel_close(std::uint64_t number, cancellation type) {
  const auto found = std::ranges::find(closing_, number, &waiting_close::number);
  if (found == closing_.end() || type == cancellation::total) return;
  pending<> waiting = std::move(found->waiting);
  closing_.erase(found);
  waiting.fail(aborted("closing was cancelled"));
  if ((type & cancellation::terminal) != cancellation::none)
    over(fail(errc::connection_lost, "the client left before the server had answered"));
}

/// A server that is told bye does not wait for what is being stored.
void client_base::impl::leave_if_answered() {
  if (state_ == state::leaving && outstanding_.empty()) connection_->say_bye();
}

void client_base::impl::abort() {
  const failure gone = aborted("the client was destroyed meanwhile");
  if (connecting_) std::exchange(connecting_, {}).fail(gone);
  outstanding_.abort(gone);
  for (waiting_close& one : std::exchange(closing_, {}))
    one.waiting.fail(gone);
  events_.abort(gone);
  over(gone);
  if (parting_) std::exchange(parting_, nullptr)->abandon();
}

void client_base::impl::note_server() {
  if (!connection_ || !connection_->server()) return;
  const tls::certificate_info& seen = *connection_->server();
  server_ = {seen.subject, seen.fingerprint, seen.pin,        seen.self_issued,
             seen.issuer,  seen.dns_names,   seen.not_before, seen.not_after};
  server_.names.insert(server_.names.end(), seen.ip_names.begin(), seen.ip_names.end());
}

void client_base::impl::log(severity s, std::string_view message, const std::string& detail) const {
  if (!config_->log) return;
  const std::array fields{log_field{"host", config_->host},
                          log_field{"port", std::to_string(config_->port)},
                          log_field{"detail", detail}};
  config_->log(s, message, fields);
}

void client_base::impl::push(client_event e) {
  events_.push(std::move(e));
  // A program that is not interested is not fed: the server's own limit decides then.
  if (connection_ && events_.full() && state_ == state::ready) connection_->set_reading(false);
}

} // namespace asio_chat::detail
