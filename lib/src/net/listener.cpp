#include "net/listener.hpp"

#include <boost/asio/error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace asio_chat::net {

namespace asio = boost::asio;

namespace {

constexpr auto first_pause = std::chrono::milliseconds(100);
constexpr auto longest_pause = std::chrono::milliseconds(1000);

bool out_of_resources(const error_code& e) {
  return e == asio::error::no_descriptors || e == asio::error::no_memory ||
         e == asio::error::no_buffer_space ||
         e == error_code(ENFILE, boost::system::system_category());
}

} // namespace

listener::listener(asio::io_context& context, const logger& log, accepted on_accept)
    : acceptor_(context)
    , timer_(context)
    , log_(log)
    , on_accept_(std::move(on_accept)) {}

result<asio::ip::tcp::endpoint> listener::open(const asio::ip::tcp::endpoint& at, int backlog) {
  error_code e;
  acceptor_.open(at.protocol(), e);
  if (!e) acceptor_.set_option(acceptor::reuse_address(true), e);
  if (!e) acceptor_.bind(at, e);
  if (!e) acceptor_.listen(backlog, e);
  if (e) {
    return failure{e, fmt::format("cannot listen on {}:{}: {}", at.address().to_string(), at.port(),
                                  e.message())};
  }
  return acceptor_.local_endpoint();
}

void listener::close() {
  error_code ignored;
  acceptor_.close(ignored);
  timer_.cancel();
}

void listener::accept() {
  acceptor_.async_accept(
      [self = shared_from_this()](const error_code& e, transport::tcp_socket socket) {
        if (!self->acceptor_.is_open()) return;
        if (e && out_of_resources(e)) return self->pause(e);
        self->pause_ = {};
        if (!e) {
          error_code gone;
          const auto from = socket.remote_endpoint(gone);
          if (!gone) self->on_accept_(std::move(socket), from);
        }
        // The owner may have closed us for what it has just been given.
        if (self->acceptor_.is_open()) self->accept();
      });
}

void listener::pause(const error_code& why) {
  // One record for the whole time of want, not one for each attempt.
  if (pause_.count() == 0) {
    log_(severity::error, "cannot accept connections for now", {{"reason", why.message()}});
  }
  pause_ = std::clamp(pause_ * 2, first_pause, longest_pause);
  timer_.expires_after(pause_);
  timer_.async_wait([self = shared_from_this()](const error_code& e) {
    if (!e && self->acceptor_.is_open()) self->accept();
  });
}

} // namespace asio_chat::net
