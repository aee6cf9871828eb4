#include "client/client_impl.hpp"

#include "base/check_time.hpp"
#include "base/sanitize.hpp"
#include "model/command_text.hpp"
#include "transport/loop_time.hpp"
#include "transport/memory_socket.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <fmt/format.h>

#include <array>
#include <random>
#include <utility>

namespace asio_chat {

namespace asio = boost::asio;
namespace native = wire::native;
using namespace client_room;

namespace {

client_config checked(client_config c) {
  check_time("client_config::connect_time", c.connect_time, {});
  check_time("client_config::ping_time", c.ping_time, {});
  check_time("client_config::retry_first", c.retry_first, {});
  check_time("client_config::retry_most", c.retry_most, {.min = c.retry_first});
  return c;
}

failure no_connection() {
  return fail(errc::not_connected, "there is no connection now");
}

failure aborted() {
  return {asio::error::operation_aborted, "the client was closed meanwhile"};
}

} // namespace

client::impl::impl(asio::io_context& context, client_config config)
    : config_(std::make_shared<const client_config>(checked(std::move(config))))
    , time_(transport::time_of(context))
    , completer_{context, std::make_shared<failure>()}
    , network_(make_network(context, config_))
    , conversation_(config_)
    , events_(conversation_.read())
    , reconnection_(*config_, std::random_device()())
    , retry_timer_(time_.make_timer()) {}

client::impl::~impl() {
  forget_connection();
  if (parting_) parting_->abandon();
}

// The first connection.

void client::impl::connect(connect_handler handler) {
  if (!begin(std::move(handler), true)) return;
  if (const auto renewed = network_->renew(); !renewed) {
    attempt_failed(renewed.error(), reason_of(renewed.error()));
    return;
  }
  open_connection(network_->dial());
}

void client::impl::connect_in_memory(memory_transport transport, connect_handler handler) {
  if (!begin(std::move(handler), false)) return;
  open_connection(
      dial_in_memory(completer_.context, transport::make_memory_stream(transport.release())));
}

bool client::impl::begin(connect_handler handler, bool repeatable) {
  pending<connected> waiting(completer_, std::move(handler));
  if (state_ != state::idle) {
    waiting.fail({asio::error::already_connected, "the client is connected or about to be"});
    return false;
  }
  connecting_ = std::move(waiting);
  state_ = state::connecting;
  server_ = {};
  conversation_.begin();
  events_.open();
  reconnection_.begin(repeatable);
  return true;
}

void client::impl::open_connection(boost::intrusive_ptr<dialer> way) {
  connection_.reset(new connection(time_, config_, *this));
  connection_->open(std::move(way));
}

void client::impl::forget_connection() {
  if (connection_) std::exchange(connection_, nullptr)->abandon();
  conversation_.break_off();
}

void client::impl::retire_connection() {
  if (parting_) parting_->abandon();
  parting_ = std::exchange(connection_, nullptr);
  parting_->retire();
}

// What the server says.

void client::impl::on_open(tls_info tls) {
  note_server();
  conversation_.open(std::move(tls), state_ == state::returning);
  say_what_is_due();
}

void client::impl::on_message(native::message m) {
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

frame_sender client::impl::to_connection() {
  return [this](std::string_view frame) { connection_->send(frame); };
}

void client::impl::say_what_is_due() {
  for (const native::request& r : conversation_.take_requests())
    connection_->send(native::encode(r));
}

void client::impl::logged_in() {
  connection_->welcomed(conversation_.idle_time());
  connection_->logged_in();
  reconnection_.ready(time_.now());
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

void client::impl::pass_on(event e) {
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

void client::impl::lost(close_reason reason) {
  log(severity::warning, "connection lost", reason.phrase);
  outstanding_.lost(
      fail(errc::connection_lost, "the connection was lost before the answer: " + reason.phrase));
  const auto after = reconnection_.lost(reason, time_.now());
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

void client::impl::come_back_after(std::chrono::milliseconds time) {
  state_ = state::waiting;
  retry_timer_->wait_until(time_.now() + time, [this] { come_back(); });
}

void client::impl::come_back() {
  state_ = state::returning;
  // A file that is being replaced right now is no reason to give up.
  if (const auto renewed = network_->renew(); !renewed)
    log(severity::warning, "keeping the TLS settings of before", renewed.error().message);
  open_connection(network_->dial());
}

void client::impl::over(const failure& why) {
  state_ = state::idle;
  retry_timer_->cancel();
  forget_connection();
  outstanding_.give_up(why);
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
  if (state_ == state::leaving && outstanding_.empty()) connection_->say_bye();
}

void client::impl::abort() {
  if (connecting_) std::exchange(connecting_, {}).fail(aborted());
  outstanding_.abort(aborted());
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

// What the program asks, and what it is told.

template <class T, class Make>
void client::impl::request(asio::any_completion_handler<void(error_code, T)> handler, Make make) {
  pending<T> waiting(completer_, std::move(handler));
  if (state_ != state::ready) return waiting.fail(no_connection());
  outstanding_.ask(std::move(waiting), make(outstanding_.next_reference()), to_connection());
}

void client::impl::send(std::string room, std::string text, send_handler handler) {
  pending<acknowledged> waiting(completer_, std::move(handler));
  const bool connected = state_ == state::ready;
  if (!connected && !coming_back()) return waiting.fail(no_connection());
  outstanding_.say(std::move(waiting), std::move(room), text, conversation_.text_bytes(),
                   connected ? to_connection() : frame_sender());
}

void client::impl::command(std::string room, std::string line, reply_handler handler) {
  line = sanitize(line);
  const parsed_line typed = parse_command_line(line);
  const bool join = typed.name == "join" && !typed.arguments.empty();
  request<reply>(std::move(handler), [&](std::string ref) -> native::request {
    // As a request of its own it says where to begin in that room.
    if (join) return conversation_.join(std::move(ref), std::string(typed.arguments));
    return native::command_line{std::move(ref), std::move(room), std::move(line)};
  });
}

void client::impl::history(std::string room, log_range part, history_handler handler) {
  request<history_page>(std::move(handler), [&](std::string ref) {
    return native::history{std::move(ref), std::move(room), part};
  });
}

void client::impl::receive(receive_handler handler) {
  pending<client_event> waiting(completer_, std::move(handler));
  if (auto slot = asio::get_associated_cancellation_slot(waiting.handler()); slot.is_connected()) {
    slot.assign([weak = weak_from_this()](asio::cancellation_type) {
      if (const auto self = weak.lock()) self->events_.cancel(aborted());
    });
  }
  events_.receive(std::move(waiting));
  if (connection_ && !events_.full()) connection_->set_reading(true);
}

void client::impl::push(client_event e) {
  events_.push(std::move(e));
  // A program that is not interested is not fed: the server's own limit decides then.
  if (connection_ && events_.full() && state_ == state::ready) connection_->set_reading(false);
}

} // namespace asio_chat
