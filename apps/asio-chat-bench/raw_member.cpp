#include "raw_member.hpp"

#include <array>
#include <sys/epoll.h>

namespace asio_chat::bench {

raw_member::raw_member(poller& loop, SSL_CTX* context, const endpoint& server, script& says)
    : loop_(loop)
    , says_(says)
    , socket_(start_connect(server), context, server.host)
    , wanted_(EPOLLOUT) {
  loop_.add(socket_.fd(), wanted_, *this);
}

void raw_member::on_events(std::uint32_t events) {
  switch (phase_) {
  case phase::connecting:
    if (connect_result(socket_.fd()) != 0) return end();
    phase_ = phase::handshaking;
    return handshake();
  case phase::handshaking:
    return handshake();
  case phase::open:
    if (reads_ && (events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) read();
    if (phase_ == phase::open && (events & EPOLLOUT) != 0) {
      blocked_ = false;
      go_on();
    }
    return;
  case phase::closed:
    return;
  }
}

void raw_member::handshake() {
  switch (socket_.handshake().status) {
  case tls_status::want_read:
    return want(EPOLLIN);
  case tls_status::want_write:
    return want(EPOLLOUT);
  case tls_status::closed:
    return end();
  case tls_status::done:
    phase_ = phase::open;
    says_.login(out_);
    go_on();
  }
}

void raw_member::go_on() {
  // A bound, so that one that is always heard does not keep the others waiting.
  constexpr int records = 16;
  bool has_more = phase_ == phase::open;
  for (int i = 0; i < records && has_more && !blocked_; ++i) {
    if (out_.empty()) says_.more(out_);
    has_more = !out_.empty();
    if (!has_more) break;
    const auto result = socket_.write(out_);
    if (result.status == tls_status::closed) return end();
    blocked_ = result.status != tls_status::done;
    out_.erase(0, result.bytes);
  }
  if (phase_ != phase::open) return;
  want((reads_ ? EPOLLIN : 0u) | (has_more ? EPOLLOUT : 0u));
}

void raw_member::read() {
  std::array<char, record_bytes> buffer;
  constexpr int records = 16;
  // OpenSSL may have read more than is taken here: epoll does not tell of that.
  for (int i = 0; reads_ && (i < records || socket_.has_pending()); ++i) {
    const auto result = socket_.read(buffer);
    if (result.status == tls_status::closed) return end();
    if (result.status != tls_status::done) return;
    bytes_heard_ += result.bytes;
    says_.heard({buffer.data(), result.bytes});
  }
}

void raw_member::stop_reading() {
  reads_ = false;
  go_on();
}

void raw_member::read_on() {
  reads_ = true;
  go_on();
  if (phase_ == phase::open && socket_.has_pending()) read();
}

void raw_member::want(std::uint32_t events) {
  if (wanted_ == events) return;
  wanted_ = events;
  loop_.change(socket_.fd(), wanted_, *this);
}

void raw_member::end() {
  phase_ = phase::closed;
  loop_.remove(socket_.fd());
}

} // namespace asio_chat::bench
