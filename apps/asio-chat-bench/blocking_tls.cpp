#include "blocking_tls.hpp"

#include "error.hpp"
#include "process_settings.hpp"

#include <array>

#include <poll.h>

namespace asio_chat::bench {

namespace {

void wait_at(int fd, short events) {
  pollfd waiting{fd, events, 0};
  if (::poll(&waiting, 1, 10'000) == 1) return;
  throw run_error(told_to_stop() ? "interrupted" : "the server does not answer");
}

unique_fd connect(const endpoint& to) {
  unique_fd fd = start_connect(to);
  wait_at(fd.get(), POLLOUT);
  return fd;
}

} // namespace

blocking_tls::blocking_tls(const endpoint& to, SSL_CTX* context, SSL_SESSION* ticket)
    : socket_(connect(to), context, to.host) {
  if (ticket) socket_.resume(ticket);
  finish("no handshake", [&] { return socket_.handshake(); });
}

template <class Step>
std::size_t blocking_tls::finish(std::string_view failed, Step step) {
  for (;;) {
    const tls_result r = step();
    if (r.status == tls_status::done) return r.bytes;
    if (r.status == tls_status::closed)
      throw run_error(std::string(failed) + ": " + socket_.reason());
    wait_at(socket_.fd(), r.status == tls_status::want_read ? POLLIN : POLLOUT);
  }
}

void blocking_tls::write(std::string_view bytes) {
  while (!bytes.empty())
    bytes.remove_prefix(finish("cannot send", [&] { return socket_.write(bytes); }));
}

std::string blocking_tls::read() {
  std::array<char, record_bytes> part;
  const auto bytes = finish("cannot receive", [&] { return socket_.read(part); });
  return {part.data(), bytes};
}

void blocking_tls::read_tickets() {
  wait_at(socket_.fd(), POLLIN);
  std::array<char, 16> nothing{};
  socket_.read(nothing);
}

} // namespace asio_chat::bench
