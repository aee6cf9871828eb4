#include "net/session.hpp"

#include "domain/hub.hpp"
#include "net/protocols/protocol_table.hpp"

#include <boost/asio/error.hpp>
#include <fmt/format.h>

#include <cassert>
#include <limits>
#include <utility>

namespace asio_chat::net {

namespace asio = boost::asio;

using transport::handler_of;

namespace {

/// What a stranger did that is closed for this.
offence offence_of(close_code c) noexcept {
  switch (c) {
  case close_code::server_stopping:
    return offence::none;
  case close_code::wrong_passphrase:
  case close_code::not_trusted:
    return offence::login;
  case close_code::protocol_error:
  case close_code::frame_too_large:
    return offence::protocol;
  case close_code::login_timeout:
  case close_code::handshake_timeout:
    return offence::deadline;
  default:
    return offence::left;
  }
}

} // namespace

session::session(std::unique_ptr<transport::stream> s, reactor& r, const session_context& c,
                 session_keeper& k, std::string address, std::uint16_t port, std::uint64_t number)
    : stream_(std::move(s))
    , reactor_(r)
    , context_(c)
    , keeper_(k)
    , address_(std::move(address))
    , port_(port)
    , number_(number)
    , tls_(*stream_, context_, address_)
    , in_{input_buffer(protocol_set::max_first_bytes)} {}

session::~session() {
  assert(state_ == state::closed);
}

void session::start() {
  context_.log(severity::info, fmt::format("New connection from {}", address_));
  reactor_.times().begin(*this, phase::handshake, reactor_.now());
  if (!admission_control::counts(*this)) return shake_hands();
  stream_->async_sleep(handler_of<&session::on_first_byte>(*this));
}

void session::on_first_byte(const error_code&, std::size_t) {
  // If it was an error, the handshake meets it as well.
  if (state_ != state::handshaking) return;
  const refused_for why = context_.admission->begin_handshake(*this);
  if (why == refused_for::nothing) return shake_hands();
  context_.refusals.add(refusal::turned_away, address_, std::string(phrase_of(why)));
  did_ = offence::none;
  finish();
}

void session::shake_hands() {
  stream_->async_handshake(transport::stream::side::server,
                           handler_of<&session::on_handshake>(*this));
}

void session::on_handshake(const error_code& e, std::size_t) {
  if (state_ != state::handshaking) return;
  if (e) {
    did_ = tls_.handshake_failed(e);
    return finish();
  }
  if (context_.admission) context_.admission->end_handshake(*this);
  const auto in = tls_.enter(reactor_.wall_now());
  if (!in) {
    did_ = offence::login;
    return finish();
  }
  if (in->until) reactor_.expirations().watch(*this, *in->until);
  state_ = state::detecting;
  if (auto agreed_on = context_.protocols.by_name(in->alpn, *this, context_))
    speak(std::move(agreed_on));
  reactor_.times().begin(*this, phase::login, reactor_.now());
  read();
}

void session::read() {
  in_.reading = true;
  const std::span<char> room = in_.bytes.prepare();
  stream_->async_read_some(asio::buffer(room.data(), room.size()),
                           handler_of<&session::on_read>(*this));
}

void session::on_read(const error_code& e, std::size_t n) {
  in_.reading = false;
  if (state_ == state::closed) return;
  // Only `try_sleep` ends a read so.
  if (e == asio::error::operation_aborted) return sleep_or_read();
  mark_active();
  reactor_.read_completed();
  context_.counters.bytes_read += n;
  if (e) {
    in_.over = true;
    const close_reason why = lost(e);
    return e == asio::error::eof ? quit(why) : close(why);
  }
  in_.bytes.commit(n);
  go_on();
}

void session::try_sleep() {
  if (state_ == state::live && !end_.closes() && in_.reading && out_.bytes.empty())
    stream_->cancel_read();
  reactor_.idle_tracker().watch(*this, reactor_.now());
}

void session::sleep_or_read() {
  if (state_ != state::live || end_.closes() || !out_.bytes.empty()) return read();
  in_.bytes.give_back();
  reactor_.idle_tracker().fell_asleep(*this);
  in_.reading = true;
  stream_->async_sleep(handler_of<&session::on_awake>(*this));
}

void session::on_awake(const error_code&, std::size_t) {
  // If it was an error, the read meets it as well.
  in_.reading = false;
  if (state_ == state::closed) return;
  reactor_.idle_tracker().watch(*this, reactor_.now());
  if (!paused()) read();
}

void session::go_on() {
  if (in_.reading || in_.over || paused() || state_ == state::closed) return;
  if (state_ == state::detecting) detect_protocol();
  if (state_ == state::live) take_requests();
  if (paused()) return;
  if (state_ == state::closing || end_.closes()) {
    // What still comes is read and thrown away, or the goodbye might be lost: closing a socket
    // with unread input resets the connection.
    in_.bytes.discard();
  }
  read();
}

void session::detect_protocol() {
  if (end_.closes() || in_.bytes.unread().empty()) return;
  auto first = context_.protocols.by_first_bytes(in_.bytes.unread(), *this, context_);
  if (first.known == recognition::yes) return speak(std::move(first.speaks));
  if (first.known == recognition::no)
    close({close_code::protocol_error, "not a protocol that is spoken here"});
}

void session::speak(std::unique_ptr<protocol> p) {
  protocol_ = std::move(p);
  in_.bytes.set_longest(protocol_->max_request_bytes());
  state_ = state::live;
}

void session::take_requests() {
  if (logged_in_) begin(phase::idle);
  if (context_.watch) context_.watch->begin();
  in_.share.begin_turn();
  while (!end_.closes() && !paused()) {
    if (in_.share.is_used()) break;
    const std::uint64_t cost = context_.counters.request_cost;
    const std::size_t answered = out_.bytes.bytes();
    const std::size_t taken = protocol_->feed(in_.bytes.unread());
    if (taken == 0) break;
    in_.share.charge(context_.counters.request_cost - cost, out_.bytes.bytes() - answered);
    in_.bytes.consume(taken);
    if (context_.watch) context_.watch->next();
  }
  if (paused() || end_.closes()) return;
  in_.waits = in_.share.is_used() || (in_.share.asks_much() && reactor_.is_behind());
  if (!in_.waits) return;
  reactor_.is_behind() ? reactor_.go_on_when_written(*this) : reactor_.go_on_later(*this);
}

void session::logged_in() {
  logged_in_ = true;
  if (context_.admission) context_.admission->leave(*this);
  context_.log(severity::info, fmt::format("{} logged in", protocol_->name()),
               {{"address", address_}});
  reactor_.times().begin(*this, phase::idle, reactor_.now());
  reactor_.idle_tracker().watch(*this, {}); // most listen at first: who says nothing sleeps at once
}

backpressure session::send(const shared_bytes& bytes) {
  if (state_ == state::closing || state_ == state::closed) return backpressure::ready;
  out_.bytes.push(bytes);
  if (out_.bytes.waiting() >= write_buffers::size) fills_up();
  if (const priority p = context_.hub.priority(); is_sooner(p)) reactor_.touch(*this, p);
  return out_.full ? backpressure::blocked : backpressure::ready;
}

void session::fills_up() {
  if (!std::exchange(out_.hurries, true)) reactor_.hurry(*this);
  const limits& l = context_.config.limits;
  if (!out_.full && out_.bytes.bytes() > full_mark(l, context_.protocols.waiting_bytes())) {
    out_.full = true;
    if (logged_in_) begin_stall();
  }
  if (out_.bytes.bytes() > l.outbox_bytes) {
    close({close_code::slow_reader,
           fmt::format("more than {} bytes are waiting for you to read them", l.outbox_bytes)});
  }
}

void session::check_backpressure() {
  if (!out_.full || state_ == state::closing) return;
  const std::size_t mark = full_mark(context_.config.limits, context_.protocols.waiting_bytes());
  const bool still_full = out_.bytes.bytes() > mark / 2;
  // A byte that went is progress. Before the login its deadline alone counts.
  if (logged_in_ && still_full) begin_stall();
  if (still_full) return;
  if (logged_in_) begin(phase::idle);
  out_.full = false;
  protocol_->ready();
  go_on();
}

void session::begin_stall() {
  out_.unacknowledged = std::numeric_limits<std::size_t>::max();
  begin(phase::stalled);
}

void session::begin(phase p) {
  // A client that quits has one deadline until it is answered.
  if (!end_.winds_down()) reactor_.times().begin(*this, p, reactor_.now());
}

void session::hold(bool on) {
  in_.held = on;
  if (on || in_.waits) return;
  in_.waits = true; // this may be a call of the hub
  reactor_.go_on_later(*this);
}

void session::write_record() {
  out_.hurries = false;
  const bool still_full = out_.bytes.waiting() >= write_buffers::size;
  if (state_ == state::closed || end_.closes() || out_.bytes.writing() || !still_full) return;
  out_.touched = 0; // what is left begins to wait anew when the record is out
  write(out_.bytes.start_write(reactor_.buffers()));
}

void session::flush() {
  out_.touched = 0;
  if (state_ == state::closed) return;
  if (end_.closes() && state_ == state::handshaking) return finish();
  if (end_.closes() && state_ != state::closing) begin_closing();
  if (out_.bytes.writing()) return;
  if (!out_.bytes.empty()) return write(out_.bytes.start_write(reactor_.buffers()));
  if (state_ == state::closing) shut_down();
}

void session::write(std::string_view bytes) {
  const asio::const_buffer all = asio::buffer(bytes.data(), bytes.size());
  error_code e;
  const std::size_t n = stream_->write_some(all, e);
  if (e != asio::error::would_block) return on_write(e, n);
  stream_->async_write_some(all, handler_of<&session::on_write>(*this));
}

void session::on_write(const error_code& e, std::size_t n) {
  if (state_ == state::closed) return;
  if (e) return cut_off(lost(e));
  context_.counters.bytes_written += n;
  const std::string_view rest = out_.bytes.wrote(n, reactor_.buffers());
  check_backpressure();
  if (!rest.empty()) return write(rest);
  // Only the reactor starts a write: what came meanwhile leaves with what else comes in this turn.
  if (out_.bytes.waiting() >= write_buffers::size && !std::exchange(out_.hurries, true))
    reactor_.hurry(*this);
  // What is left behind a whole record is much, however few are told it: others go first.
  if (!out_.bytes.empty() || state_ == state::closing)
    reactor_.touch(*this, out_.bytes.empty() ? priority::few : priority::many);
}

void session::close(close_reason reason) {
  if (state_ == state::closing || state_ == state::closed) return;
  blame(offence_of(reason.code));
  if (end_.close(std::move(reason))) reactor_.touch(*this);
}

void session::blame(offence what) {
  if (std::exchange(did_, offence::none) == offence::none || !context_.admission) return;
  context_.admission->blame(*this, what);
}

void session::quit(close_reason reason) {
  if (state_ != state::live || end_.closes()) return close(std::move(reason));
  protocol_->quit(reason);
}

void session::wind_down(const close_reason& reason) {
  if (state_ != state::live || end_.winds_down() || end_.closes()) return;
  begin(phase::closing);
  end_.wind_down(reason);
}

void session::begin_closing() {
  end_.say_goodbye(protocol_.get(), out_.bytes, context_, address_);
  state_ = state::closing;
  reactor_.times().begin(*this, phase::closing, reactor_.now());
  go_on(); // it may have been paused
}

void session::shut_down() {
  if (end_.shut_down()) stream_->async_shutdown(handler_of<&session::on_shutdown>(*this));
}

void session::on_shutdown(const error_code&, std::size_t) {
  finish();
}

void session::expire(phase p) {
  switch (p) {
  case phase::handshake:
    context_.refusals.add(refusal::handshake, address_, "not done in time");
    did_ = offence::deadline;
    return finish();
  case phase::login:
    return close({close_code::login_timeout, "no login in time"});
  case phase::idle:
    if (in_.held) return begin(phase::idle); // it is not heard because it is not listened to
    return close({close_code::idle, fmt::format("nothing was heard for {} s",
                                                context_.config.limits.idle_time.count() / 1000)});
  case phase::stalled:
    // A socket's buffer of megabytes takes nothing more until a third of it has gone: that is not
    // seen from here, but it is progress.
    if (const auto now = stream_->unacknowledged(); now < std::exchange(out_.unacknowledged, now))
      return reactor_.times().begin(*this, phase::stalled, reactor_.now());
    return cut_off(
        {close_code::slow_reader, fmt::format("nothing was read for {} s",
                                              context_.config.limits.stall_time.count() / 1000)});
  case phase::closing:
    if (state_ == state::live) return close(end_.after_answers());
    return finish();
  }
}

void session::judge() {
  if ((state_ != state::detecting && state_ != state::live) || end_.closes()) return;
  const auto until = tls_.judge(reactor_.wall_now());
  if (until) {
    if (*until) reactor_.expirations().watch(*this, **until);
    return;
  }
  context_.log(severity::warning,
               fmt::format("Client certificate of {} is no longer accepted", address_),
               {{"name", std::string(protocol_ ? protocol_->name() : "")},
                {"reason", until.error().message}});
  close({close_code::not_trusted, "your certificate is no longer accepted"});
}

void session::cut_off(close_reason reason) {
  if (state_ == state::closed) return;
  blame(offence_of(reason.code));
  end_.close(std::move(reason));
  if (state_ != state::closing && state_ != state::handshaking) begin_closing();
  finish();
}

void session::give_way() {
  context_.refusals.add(refusal::turned_away, address_,
                        "it had not logged in, and its place was needed for another network");
  did_ = offence::none;
  finish();
}

void session::finish() {
  if (state_ == state::closed) return;
  state_ = state::closed;
  deadlines::end(*this);
  expirations::end(*this);
  reactor_.idle_tracker().leave(*this);
  if (context_.admission) context_.admission->leave(*this, did_);
  stream_->close();
  keeper_.ended(*this);
}

} // namespace asio_chat::net
