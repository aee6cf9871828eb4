#include "net/session.hpp"

#include <asio_chat/tls/certificate_info.hpp>
#include <asio_chat/tls/context.hpp>
#include <asio_chat/tls/peer.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <cassert>
#include <limits>
#include <utility>

namespace asio_chat::net {

namespace asio = boost::asio;

using transport::handler_of;

session::session(std::unique_ptr<transport::stream> s, reactor& r, const house& h,
                 session_keeper& k, std::string address, std::uint16_t port)
    : stream_(std::move(s))
    , reactor_(r)
    , house_(h)
    , keeper_(k)
    , address_(std::move(address))
    , port_(port) {}

session::~session() {
  assert(state_ == state::closed);
}

void session::start() {
  house_.log(severity::info, fmt::format("New connection from {}", address_));
  reactor_.times().begin(*this, phase::handshake, reactor_.now());
  stream_->async_handshake(transport::stream::side::server,
                           handler_of<&session::on_handshake>(*this));
}

void session::on_handshake(const error_code& e, std::size_t) {
  if (state_ != state::handshaking) return;
  if (e) return handshake_failed(e);
  tls_info agreed;
  if (SSL* ssl = stream_->native_tls()) {
    // Nothing of the application has been sent yet.
    const auto until = house_.tls->admit(ssl, reactor_.wall_now());
    if (!until) {
      house_.refusals.add(refusal::certificate, address_, until.error().message);
      return finish();
    }
    reactor_.expirations().watch(*this, *until);
    agreed = tls::describe_session(ssl);
    house_.log(severity::info, fmt::format("Secure connection established with {}", address_),
               {{"version", agreed.version},
                {"cipher", agreed.cipher_suite},
                {"certificate", agreed.peer_subject.empty() ? "none" : agreed.peer_subject}});
  } else if (stream_->is_insecure_plaintext()) {
    house_.log(
        severity::warning,
        fmt::format("Insecure connection with {}: no TLS, whatever is said there can be read "
                    "and changed on its way",
                    address_));
  } else {
    agreed.alpn = native_alpn;
  }
  state_ = state::telling;
  if (agreed.alpn == native_alpn) {
    frames_.set_payload_cap(wire::native_payload_cap);
    protocol_ = make_native_protocol(*this, house_);
    state_ = state::live;
  }
  reactor_.times().begin(*this, phase::login, reactor_.now());
  read();
}

void session::read() {
  reading_ = true;
  const std::span<char> room = frames_.prepare();
  stream_->async_read_some(asio::buffer(room.data(), room.size()),
                           handler_of<&session::on_read>(*this));
}

void session::on_read(const error_code& e, std::size_t n) {
  reading_ = false;
  if (state_ == state::closed) return;
  // Only `rest` ends a read so.
  if (e == asio::error::operation_aborted) return sleep_or_read();
  stir();
  reactor_.read_completed();
  if (e) {
    input_over_ = true;
    const close_reason why = lost(e);
    return e == asio::error::eof ? quit(why) : close(why);
  }
  frames_.commit(n);
  go_on();
}

void session::rest() {
  if (state_ == state::live && !closing_for_ && reading_ && outbox_.empty()) stream_->cancel_read();
  reactor_.dormitory().watch(*this, reactor_.now());
}

void session::sleep_or_read() {
  if (state_ != state::live || closing_for_ || !outbox_.empty()) return read();
  frames_.give_back();
  reactor_.dormitory().fell_asleep(*this);
  reading_ = true;
  stream_->async_sleep(handler_of<&session::on_awake>(*this));
}

void session::on_awake(const error_code&, std::size_t) {
  // If it was an error, the read meets it as well.
  reading_ = false;
  if (state_ == state::closed) return;
  reactor_.dormitory().watch(*this, reactor_.now());
  if (!paused()) read();
}

void session::go_on() {
  if (reading_ || input_over_ || paused() || state_ == state::closed) return;
  if (state_ == state::live || state_ == state::telling) take_frames();
  if (paused()) return;
  if (state_ == state::closing || closing_for_) {
    // What still comes is read and thrown away, or the goodbye might be lost: closing a socket
    // with unread input resets the connection.
    frames_.discard();
  }
  read();
}

void session::take_frames() {
  if (state_ == state::telling && !tell_protocol()) return;
  if (logged_in_) begin(phase::idle);
  std::string_view payload;
  if (house_.watch) house_.watch->begin();
  while (!closing_for_ && !paused()) {
    switch (frames_.next(payload)) {
    case wire::frame_reader::status::need_more:
      return;
    case wire::frame_reader::status::too_large:
      return close(protocol_->too_large(frames_.announced()));
    case wire::frame_reader::status::frame:
      protocol_->on_frame(payload);
      if (house_.watch) house_.watch->next();
      break;
    }
  }
}

bool session::tell_protocol() {
  // The text protocol begins with a length below 2^24.
  if (frames_.front() != 0) {
    close({close_code::protocol_error, "not a protocol that is spoken here"});
    return false;
  }
  protocol_ = make_text_protocol(*this, house_);
  state_ = state::live;
  return true;
}

void session::logged_in() {
  logged_in_ = true;
  house_.log(severity::info, fmt::format("{} logged in", protocol_->name()),
             {{"address", address_}});
  reactor_.times().begin(*this, phase::idle, reactor_.now());
  reactor_.dormitory().watch(*this, reactor_.now());
}

appetite session::send(const shared_bytes& bytes) {
  if (state_ == state::closing || state_ == state::closed) return appetite::hungry;
  outbox_.push(bytes);
  if (outbox_.waiting() >= write_buffers::size) fills_up();
  if (touched_ == 0) reactor_.touch(*this);
  return full_ ? appetite::full : appetite::hungry;
}

void session::fills_up() {
  if (!std::exchange(hurries_, true)) reactor_.hurry(*this);
  const limits& l = house_.config.limits;
  if (!full_ && outbox_.bytes() > full_mark(l, house_.encoders.waiting->bytes())) {
    full_ = true;
    if (logged_in_) begin_stall();
  }
  if (outbox_.bytes() > l.outbox_bytes) {
    close({close_code::slow_reader,
           fmt::format("more than {} bytes are waiting for you to read them", l.outbox_bytes)});
  }
}

void session::check_appetite() {
  if (!full_ || state_ == state::closing) return;
  const std::size_t mark = full_mark(house_.config.limits, house_.encoders.waiting->bytes());
  const bool still_full = outbox_.bytes() > mark / 2;
  // A byte that went is progress. Before the login its deadline alone counts.
  if (logged_in_ && still_full) begin_stall();
  if (still_full) return;
  if (logged_in_) begin(phase::idle);
  full_ = false;
  protocol_->hungry();
  go_on();
}

void session::begin_stall() {
  unacknowledged_ = std::numeric_limits<std::size_t>::max();
  begin(phase::stalled);
}

void session::begin(phase p) {
  // A client that quits has one deadline until it is answered.
  if (!quits_for_) reactor_.times().begin(*this, p, reactor_.now());
}

void session::hold(bool on) {
  held_ = on;
  if (on) return;
  // Later: this may be a call of the hub.
  asio::post(reactor_.context(), [self = boost::intrusive_ptr<session>(this)] { self->go_on(); });
}

void session::write_record() {
  hurries_ = false;
  const bool still_full = outbox_.waiting() >= write_buffers::size;
  if (state_ == state::closed || closing_for_ || outbox_.writing() || !still_full) return;
  touched_ = 0; // what is left begins to wait anew when the record is out
  write(outbox_.start_write(reactor_.buffers()));
}

void session::flush() {
  touched_ = 0;
  if (state_ == state::closed) return;
  if (closing_for_ && state_ == state::handshaking) return finish();
  if (closing_for_ && state_ != state::closing) begin_closing();
  if (outbox_.writing()) return;
  if (!outbox_.empty()) return write(outbox_.start_write(reactor_.buffers()));
  if (state_ == state::closing) shut_down();
}

void session::write(std::string_view bytes) {
  stir();
  const asio::const_buffer all = asio::buffer(bytes.data(), bytes.size());
  error_code e;
  const std::size_t n = stream_->write_some(all, e);
  if (e != asio::error::would_block) return on_write(e, n);
  stream_->async_write_some(all, handler_of<&session::on_write>(*this));
}

void session::on_write(const error_code& e, std::size_t n) {
  if (state_ == state::closed) return;
  if (e) return cut_off(lost(e));
  reactor_.wrote(n);
  const std::string_view rest = outbox_.wrote(n, reactor_.buffers());
  check_appetite();
  if (!rest.empty()) return write(rest);
  // Only the reactor starts a write: what came meanwhile leaves with what else comes in this turn.
  if (outbox_.waiting() >= write_buffers::size && !std::exchange(hurries_, true))
    reactor_.hurry(*this);
  if (!outbox_.empty() || state_ == state::closing) reactor_.touch(*this);
}

answers::protection session::protection() const {
  SSL* ssl = stream_->native_tls();
  if (ssl == nullptr) return {};
  const tls_info agreed = tls::describe_session(ssl);
  const tls::certificate_info shown = tls::describe(SSL_get_certificate(ssl));
  return {true,          agreed.version,    agreed.cipher_suite, agreed.group,
          shown.subject, shown.fingerprint, agreed.peer_subject};
}

} // namespace asio_chat::net
