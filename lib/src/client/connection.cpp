#include "client/connection.hpp"

#include "base/host_port.hpp"

#include <asio_chat/tls/context.hpp>
#include <asio_chat/tls/peer.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat::client_room {

namespace asio = boost::asio;
namespace native = wire::native;

namespace {

/// The server answers what it was asked before it says goodbye, and takes some time for both.
constexpr auto leave_time = std::chrono::seconds(5);

steady_time now() {
  return std::chrono::steady_clock::now();
}

} // namespace

connection::connection(asio::io_context& context, std::shared_ptr<const client_config> config,
                       connection_user& user)
    : context_(context)
    , config_(std::move(config))
    , user_(&user)
    , resolver_(context.get_executor())
    , verifier_(config_->tls, config_->host)
    , timer_(context.get_executor())
    , heartbeat_(config_->ping_time, now()) {}

connection::~connection() = default;

// Up: name, TCP, TLS.

void connection::open(std::shared_ptr<asio::ssl::context> tls) {
  tls_ = std::move(tls);
  give_up_at_ = now() + config_->connect_time;
  wait_until(give_up_at_);
  error_code not_an_address;
  const auto address = asio::ip::make_address(config_->host, not_an_address);
  if (!not_an_address) {
    connect(resolver::results_type::create(tcp::endpoint(address, config_->port), config_->host,
                                           std::to_string(config_->port)));
    return;
  }
  resolver_.async_resolve(
      config_->host, std::to_string(config_->port), tcp::resolver::numeric_service,
      [me = self(this)](const error_code& e, const resolver::results_type& found) {
        if (me->phase_ != phase::looking_up) return;
        if (e) {
          me->close(
              {e, fmt::format("cannot find the host {}: {}", me->config_->host, e.message())});
        } else {
          me->connect(found);
        }
      });
}

void connection::connect(const resolver::results_type& found) {
  phase_ = phase::connecting;
  const auto time_left = std::chrono::duration_cast<std::chrono::milliseconds>(give_up_at_ - now());
  race_ = transport::connect_race::start(
      context_, transport::order_of_attempts(found), time_left,
      [me = self(this)](const error_code& e, transport::tcp_socket socket) {
        if (me->phase_ == phase::connecting) me->on_connected(e, std::move(socket));
      });
}

void connection::on_connected(const error_code& e, transport::tcp_socket socket) {
  if (e) {
    close({e, fmt::format("cannot connect to {}: {}", where(), e.message())});
    return;
  }
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  stream_ = transport::make_tls_stream(std::move(socket), tls_, transport::stream::side::client);
  if (const auto attached = verifier_.attach(stream_->native_tls()); !attached) {
    close(attached.error());
    return;
  }
  phase_ = phase::handshaking;
  stream_->async_handshake(transport::stream::side::client,
                           transport::handler_of<&connection::on_handshake>(*this));
}

void connection::on_handshake(const error_code& e, std::size_t) {
  if (phase_ != phase::handshaking) return;
  const auto verified = verifier_.outcome(stream_->native_tls(), e);
  if (!verified) {
    const failure& why = verified.error();
    close({why.code, fmt::format("cannot connect to {}: {}", where(), why.message)});
    return;
  }
  tls_info info = tls::describe_session(stream_->native_tls());
  info.verified_by = *verified;
  if (info.alpn != native_alpn) {
    close(fail(errc::protocol_error, fmt::format("cannot connect to {}: it speaks TLS, but not {}",
                                                 where(), native_alpn)));
    return;
  }
  begin_login(info);
}

void connection::open_in_memory(std::unique_ptr<asio_chat::detail::memory_socket> socket) {
  give_up_at_ = now() + config_->connect_time;
  wait_until(give_up_at_);
  phase_ = phase::handshaking;
  stream_ = transport::make_memory_stream(std::move(socket));
  asio::post(context_, [me = self(this)] {
    if (me->phase_ == phase::handshaking) me->begin_login({});
  });
}

void connection::begin_login(const tls_info& tls) {
  phase_ = phase::logging_in;
  user_->on_open(tls);
  read();
}

void connection::welcomed(std::optional<std::chrono::milliseconds> idle_time) {
  heartbeat_.server_waits(idle_time);
  wait_until(std::min(give_up_at_, heartbeat_.next_check()));
}

void connection::logged_in() {
  phase_ = phase::open;
  heartbeat_.heard(now());
  wait_until(heartbeat_.next_check());
}

// The timer, and the ways out.

void connection::wait_until(steady_time when) {
  deadline_ = when;
  timer_.expires_at(when);
  timer_.async_wait([me = self(this)](const error_code& e) {
    if (!e) me->on_time();
  });
}

void connection::on_time() {
  if (phase_ == phase::closed || now() < deadline_) return;
  if (phase_ == phase::leaving) {
    close({});
    return;
  }
  if (phase_ != phase::open && now() >= give_up_at_) {
    close(timed_out());
    return;
  }
  keep_alive();
}

void connection::keep_alive() {
  // While nothing is read, silence says nothing about the server.
  if (!want_reading_) heartbeat_.heard(now());
  switch (heartbeat_.check(now())) {
  case heartbeat::verdict::alive:
    break;
  case heartbeat::verdict::ping:
    send(native::encode(native::request(native::ping{"ping"})));
    break;
  case heartbeat::verdict::lost:
    close(fail(
        errc::connection_lost,
        fmt::format(
            "nothing was heard from {} for {} s", where(),
            std::chrono::duration_cast<std::chrono::seconds>(2 * config_->ping_time).count())));
    return;
  }
  const steady_time next = heartbeat_.next_check();
  wait_until(phase_ == phase::open ? next : std::min(next, give_up_at_));
}

void connection::begin_leaving() {
  if (phase_ == phase::closed) return;
  phase_ = phase::leaving;
  wait_until(now() + leave_time);
  set_reading(true);
}

void connection::say_bye() {
  if (phase_ != phase::leaving) return;
  outbox_ += native::encode(native::request(native::bye{}));
  flush();
}

void connection::retire() {
  user_ = nullptr;
  begin_leaving();
}

void connection::on_shutdown(const error_code&, std::size_t) {
  close({});
}

void connection::abandon() noexcept {
  user_ = nullptr;
  close({});
}

void connection::close(failure why) {
  if (phase_ == phase::closed) return;
  phase_ = phase::closed;
  timer_.cancel();
  resolver_.cancel();
  if (const auto race = race_.lock()) race->cancel();
  if (stream_) stream_->close();
  if (connection_user* user = std::exchange(user_, nullptr)) user->on_closed(why);
}

std::string connection::where() const {
  return host_port(config_->host, config_->port);
}

failure connection::timed_out() const {
  const char* doing = "while logging in";
  if (phase_ == phase::looking_up) doing = "while looking up the name";
  if (phase_ == phase::connecting) doing = "while connecting";
  if (phase_ == phase::handshaking) doing = "in the TLS handshake";
  return fail(errc::timed_out,
              fmt::format("cannot connect to {}: no answer within {} s, {}", where(),
                          static_cast<double>(config_->connect_time.count()) / 1000.0, doing));
}

} // namespace asio_chat::client_room
