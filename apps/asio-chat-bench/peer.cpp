#include "peer.hpp"

#include "error.hpp"
#include "socket.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace asio_chat::bench {

namespace {

/// The longest of any protocol, with what is around it.
constexpr std::size_t max_message_bytes = 5 * record_bytes;

} // namespace

peer::peer(poller& loop, peer_observer& observer, std::size_t index, std::string about, part as,
           tls_socket socket, std::unique_ptr<protocol> speaks)
    : loop_(loop)
    , observer_(observer)
    , index_(index)
    , about_(std::move(about))
    , as_(std::move(as))
    , socket_(std::move(socket))
    , protocol_(std::move(speaks))
    , wanted_(EPOLLOUT) {
  loop_.add(socket_.fd(), wanted_, *this);
}

void peer::publish(std::string_view text) {
  protocol_->publish(text, out_);
}

void peer::flush() {
  std::size_t written = 0;
  while (written < out_.size()) {
    const auto result = socket_.write(std::string_view(out_).substr(written));
    if (result.status == tls_status::closed) fail("writing", socket_.reason());
    if (result.status != tls_status::done) break;
    written += result.bytes;
  }
  out_.erase(0, written);
  want(out_.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT);
}

void peer::on_events(std::uint32_t events) {
  switch (phase_) {
  case phase::connecting:
    return connected();
  case phase::greeted:
    return read_greeting();
  case phase::handshaking:
    return handshake();
  case phase::logging_in:
  case phase::open:
    if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) read();
    if ((events & EPOLLOUT) != 0) flush();
  }
}

void peer::connected() {
  const int status = connect_result(socket_.fd());
  if (status != 0) fail("connecting", std::strerror(status));
  if (!protocol_->greeting().empty()) {
    phase_ = phase::greeted;
    return want(EPOLLIN);
  }
  phase_ = phase::handshaking;
  handshake();
}

void peer::read_greeting() {
  // Nothing follows it before the handshake, so what has come is all of the line that has come.
  std::array<char, 1024> buffer;
  const auto bytes = ::recv(socket_.fd(), buffer.data(), buffer.size(), 0);
  if (bytes < 0) fail("reading the greeting", std::strerror(errno));
  if (bytes == 0) fail("reading the greeting", "the connection ended");
  in_.append(buffer.data(), static_cast<std::size_t>(bytes));
  if (!in_.ends_with('\n') && in_.size() < max_message_bytes) return;
  if (!in_.starts_with(protocol_->greeting()))
    fail("reading the greeting", fmt::format("it does not begin with '{}'", protocol_->greeting()));
  in_.clear();
  phase_ = phase::handshaking;
  handshake();
}

void peer::handshake() {
  const auto result = socket_.handshake();
  switch (result.status) {
  case tls_status::want_read:
    return want(EPOLLIN);
  case tls_status::want_write:
    return want(EPOLLOUT);
  case tls_status::closed:
    fail("the TLS handshake", socket_.reason());
  case tls_status::done:
    phase_ = phase::logging_in;
    protocol_->login(as_, out_);
    flush();
    expect_ready();
  }
}

void peer::expect_ready() {
  if (phase_ == phase::open || !protocol_->ready()) return;
  phase_ = phase::open;
  observer_.on_login(*this);
}

void peer::read() {
  // The front of a split message is copied before the next record, so that the protocol sees
  // whole messages and a thousand peers need no large buffer each.
  static std::array<char, max_message_bytes + record_bytes> buffer;
  do {
    const auto kept = in_.copy(buffer.data(), in_.size());
    const auto result = socket_.read(std::span(buffer).subspan(kept, record_bytes));
    if (result.status == tls_status::closed) fail_at_end();
    if (result.status != tls_status::done) return;
    observer_.on_record(*this, steady_clock::now());
    feed({buffer.data(), kept + result.bytes});
  } while (socket_.has_pending());
}

void peer::feed(std::string_view bytes) {
  try {
    const auto taken = protocol_->feed(bytes, *this, out_);
    in_.assign(bytes.substr(taken));
  } catch (const protocol::broken& error) {
    fail("reading", error.what());
  }
  if (in_.size() > max_message_bytes) fail("reading", "a message without an end came");
  if (!out_.empty()) flush();
  expect_ready();
}

void peer::want(std::uint32_t events) {
  if (wanted_ == events) return;
  wanted_ = events;
  loop_.change(socket_.fd(), wanted_, *this);
}

void peer::fail_at_end() const {
  const auto notice = protocol_->last_notice();
  if (notice.empty()) fail("reading", socket_.reason());
  fail("reading", fmt::format("{}; it had said '{}'", socket_.reason(), notice));
}

void peer::fail(std::string_view doing, std::string_view why) const {
  const auto sentence = fmt::format("{}: {}: {}", about_, doing, why);
  if (phase_ == phase::open) throw run_error(sentence);
  throw setup_error(sentence);
}

} // namespace asio_chat::bench
