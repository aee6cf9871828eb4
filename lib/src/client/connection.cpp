#include "client/connection.hpp"

#include <utility>

namespace asio_chat::client_room {

namespace asio = boost::asio;
namespace native = wire::native;

connection::connection(std::shared_ptr<time_source> time,
                       std::shared_ptr<const client_config> config, connection_user& user)
    : time_(std::move(time))
    , user_(&user)
    , state_(std::move(config), time_->now())
    , timer_(time_->make_timer()) {}

connection::~connection() = default;

// Up: each step of the dialer begins the next one.

void connection::open(boost::intrusive_ptr<dialer> way) {
  dialer_ = std::move(way);
  wait();
  look_up();
}

void connection::look_up() {
  dialer_->look_up([me = self(this)](const result<void>& found) {
    found ? me->connect() : me->close(found.error());
  });
}

void connection::connect() {
  state_.enter(phase::connecting);
  dialer_->connect(state_.time_to_connect(time_->now()),
                   [me = self(this)](const result<void>& connected) {
                     connected ? me->secure() : me->close(connected.error());
                   });
}

void connection::secure() {
  state_.enter(phase::securing);
  dialer_->secure([me = self(this)](const result<void>& trusted) {
    trusted ? me->begin_login() : me->close(trusted.error());
  });
}

void connection::begin_login() {
  dialer::connected_stream way = dialer_->take();
  stream_ = std::move(way.stream);
  codec_ = wire::make_client_codec(way.tls.alpn);
  state_.enter(phase::logging_in);
  user_->on_open(std::move(way.tls));
  read();
}

void connection::welcomed(std::optional<std::chrono::milliseconds> idle_time) {
  state_.welcomed(idle_time);
  wait();
}

void connection::logged_in() {
  state_.logged_in(time_->now());
  wait();
}

// In: bytes, frames, messages.

void connection::read() {
  if (reading_ || !want_reading_ || !state_.carries_frames()) return;
  reading_ = true;
  const auto room = reader_.prepare();
  stream_->async_read_some(asio::buffer(room.data(), room.size()),
                           transport::handler_of<&connection::on_read>(*this));
}

void connection::on_read(const error_code& e, std::size_t n) {
  reading_ = false;
  if (state_.is(phase::closed)) return;
  if (e) {
    on_end_of_input(e);
    return;
  }
  state_.heard(time_->now());
  reader_.commit(n);
  handle_frames();
  read();
}

void connection::handle_frames() {
  std::string_view payload;
  while (!state_.is(phase::closed)) {
    const auto status = reader_.next(payload);
    if (status == wire::frame_reader::status::need_more) return;
    if (status == wire::frame_reader::status::too_large) {
      close(state_.too_large(reader_.announced(), wire::native_payload_cap));
      return;
    }
    handle(payload);
  }
}

void connection::handle(std::string_view payload) {
  const std::optional<failure> why = codec_->parse(payload, heard_);
  for (native::message& m : heard_)
    if (user_ && !std::holds_alternative<native::pong>(m)) user_->on_message(std::move(m));
  heard_.clear();
  // What a later version of the server may say is not for us.
  if (why && why->code != errc::unknown_type) close(state_.unreadable(*why));
}

void connection::on_end_of_input(const error_code& e) {
  const auto next = state_.end_of_input(e, out_.writing, stream_->native_tls());
  if (next.what == connection_state::action::kind::close) return close(next.why);
  stream_->async_shutdown(transport::handler_of<&connection::on_shutdown>(*this));
}

void connection::set_reading(bool on) {
  want_reading_ = on;
  if (on) read();
}

// Out: one write under way, the rest waits and leaves together.

void connection::send(const native::request& r) {
  if (!state_.carries_frames() || state_.is(phase::leaving)) return;
  add(r);
  flush();
}

void connection::add(const native::request& r) {
  const std::size_t before = out_.waiting.size();
  out_.waiting += codec_->encode(r);
  out_.frames.push_back({std::visit(
                             [](const auto& what) -> std::string {
                               if constexpr (requires { what.id; }) return what.id;
                               if constexpr (requires { what.ref; }) return what.ref;
                               return {};
                             },
                             r),
                         out_.waiting.size() - before});
}

bool connection::withdraw(std::string_view name) {
  std::size_t before = 0;
  for (auto f = out_.frames.begin(); f != out_.frames.end(); before += f->bytes, ++f) {
    if (f->name != name) continue;
    out_.waiting.erase(before, f->bytes);
    out_.frames.erase(f);
    return true;
  }
  return false;
}

void connection::flush() {
  if (out_.writing || out_.waiting.empty()) return;
  state_.said(time_->now());
  out_.in_flight.clear();
  std::swap(out_.in_flight, out_.waiting);
  out_.frames.clear();
  out_.written = 0;
  out_.writing = true;
  write_rest();
}

void connection::write_rest() {
  stream_->async_write_some(
      asio::buffer(out_.in_flight.data() + out_.written, out_.in_flight.size() - out_.written),
      transport::handler_of<&connection::on_write>(*this));
}

void connection::on_write(const error_code& e, std::size_t n) {
  if (state_.is(phase::closed)) return;
  if (e) {
    out_.writing = false;
    // What the server said last may still be waiting to be read, and says more than this error.
    if (!reading_) on_end_of_input(e);
    return;
  }
  out_.written += n;
  if (out_.written < out_.in_flight.size()) {
    write_rest();
    return;
  }
  out_.writing = false;
  flush();
}

// The timer, and the ways out.

void connection::wait() {
  timer_->wait_until(state_.next_check(), [this] { on_time(); });
}

void connection::on_time() {
  const self alive(this);
  const auto next = state_.check(time_->now(), want_reading_);
  if (next.what == connection_state::action::kind::close) return close(next.why);
  if (next.what == connection_state::action::kind::ping) send(native::ping{"ping"});
  wait();
}

void connection::begin_leaving() {
  if (state_.is(phase::closed)) return;
  state_.leave(time_->now());
  wait();
  set_reading(true);
}

void connection::say_bye() {
  if (!state_.is(phase::leaving)) return;
  add(native::bye{});
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

void connection::close(const failure& why) {
  if (state_.is(phase::closed)) return;
  state_.closed();
  timer_->cancel();
  if (dialer_) dialer_->cancel();
  if (stream_) stream_->close();
  if (connection_user* user = std::exchange(user_, nullptr)) user->on_closed(why);
}

const tls::certificate_info* connection::server() const noexcept {
  return dialer_ && dialer_->server() ? &*dialer_->server() : nullptr;
}

} // namespace asio_chat::client_room
