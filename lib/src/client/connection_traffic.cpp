// What goes over a connection once it is up.
#include "client/connection.hpp"

#include <asio_chat/tls/peer.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <fmt/format.h>

#include <utility>

namespace asio_chat::client_room {

namespace asio = boost::asio;
namespace native = wire::native;

// In: bytes, frames, messages.

void connection::read() {
  if (reading_ || !want_reading_ || phase_ < phase::logging_in || phase_ == phase::closed) return;
  reading_ = true;
  const auto room = reader_.prepare();
  stream_->async_read_some(asio::buffer(room.data(), room.size()),
                           transport::handler_of<&connection::on_read>(*this));
}

void connection::on_read(const error_code& e, std::size_t n) {
  reading_ = false;
  if (phase_ == phase::closed) return;
  if (e) {
    on_end_of_input(e);
    return;
  }
  heartbeat_.heard(std::chrono::steady_clock::now());
  reader_.commit(n);
  handle_frames();
  read();
}

void connection::handle_frames() {
  std::string_view payload;
  while (phase_ != phase::closed) {
    const auto status = reader_.next(payload);
    if (status == wire::frame_reader::status::need_more) return;
    if (status == wire::frame_reader::status::too_large) {
      close(fail(errc::frame_too_large,
                 fmt::format("{} sent a message of {} bytes; at most {} are taken", where(),
                             reader_.announced(), reader_.payload_cap())));
      return;
    }
    handle(payload);
  }
}

void connection::handle(std::string_view payload) {
  auto decoded = native::parse_message(payload);
  if (auto* m = std::get_if<native::message>(&decoded)) {
    if (user_ && !std::holds_alternative<native::pong>(*m)) user_->on_message(std::move(*m));
    return;
  }
  const failure& why = std::get<native::bad_message>(decoded).why;
  // What a later version of the server may say is none of ours.
  if (why.code == errc::unknown_type) return;
  close(fail(errc::protocol_error,
             fmt::format("{} sent something that cannot be read: {}", where(), why.message)));
}

void connection::on_end_of_input(const error_code& e) {
  if (phase_ == phase::leaving && e == asio::error::eof && !writing_) {
    stream_->async_shutdown(transport::handler_of<&connection::on_shutdown>(*this));
    return;
  }
  if (phase_ == phase::leaving) {
    close({});
    return;
  }
  // With TLS 1.3 a server judges the client's certificate after the client's handshake is over.
  if (phase_ == phase::logging_in && e.category() == asio::error::get_ssl_category()) {
    close({e, fmt::format("cannot connect to {}: {}", where(),
                          tls::handshake_failure_reason(e, stream_->native_tls()))});
    return;
  }
  const bool ended = e == asio::error::eof || e == asio::ssl::error::stream_truncated;
  close(fail(errc::connection_lost,
             ended ? fmt::format("{} closed the connection", where())
                   : fmt::format("the connection to {} was lost: {}", where(),
                                 tls::connection_failure_reason(e, stream_->native_tls()))));
}

void connection::set_reading(bool on) {
  want_reading_ = on;
  if (on) read();
}

// Out: one write under way, the rest waits and leaves together.

void connection::send(std::string frame) {
  if (phase_ != phase::logging_in && phase_ != phase::open) return;
  outbox_ += frame;
  flush();
}

void connection::flush() {
  if (writing_ || outbox_.empty()) return;
  heartbeat_.said(std::chrono::steady_clock::now());
  in_flight_.clear();
  std::swap(in_flight_, outbox_);
  written_ = 0;
  writing_ = true;
  write_rest();
}

void connection::write_rest() {
  stream_->async_write_some(
      asio::buffer(in_flight_.data() + written_, in_flight_.size() - written_),
      transport::handler_of<&connection::on_write>(*this));
}

void connection::on_write(const error_code& e, std::size_t n) {
  if (phase_ == phase::closed) return;
  if (e) {
    writing_ = false;
    // What the server said last may still be waiting to be read, and says more than this error.
    if (!reading_) on_end_of_input(e);
    return;
  }
  written_ += n;
  if (written_ < in_flight_.size()) {
    write_rest();
    return;
  }
  writing_ = false;
  flush();
}

} // namespace asio_chat::client_room
