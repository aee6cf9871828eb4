#include "net/listener.hpp"

#include "transport/socket.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

namespace asio_chat::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto first_pause = std::chrono::milliseconds(100);
constexpr auto longest_pause = std::chrono::milliseconds(1000);

// Of looking for a port that is free on several addresses.
constexpr int max_attempts = 20;

/// This machine has no such address, or no IPv6.
bool is_missing_here(const error_code& e) {
  return e == asio::error::address_family_not_supported ||
         e == boost::system::errc::address_not_available;
}

bool out_of_resources(const error_code& e) {
  return e == asio::error::no_descriptors || e == asio::error::no_memory ||
         e == asio::error::no_buffer_space ||
         e == error_code(ENFILE, boost::system::system_category());
}

} // namespace

listener::listener(const transport::loop& on, const logger& log, accepted on_accept)
    : acceptor_(on.executor)
    , time_(on.time)
    , timer_(time_->make_timer())
    , log_(log)
    , on_accept_(std::move(on_accept)) {}

result<std::vector<std::shared_ptr<listener>>>
listener::open_all(const transport::loop& on, const logger& log, const accepted& on_accept,
                   const std::vector<tcp::endpoint>& at, int backlog) {
  for (int attempt = 1;; ++attempt) {
    auto opened = open_each(on, log, on_accept, at, backlog);
    // The port that the system gave for the first address may be taken on another.
    const bool unlucky =
        !opened && at.front().port() == 0 && opened.error().code == asio::error::address_in_use;
    if (!unlucky || attempt == max_attempts) return opened;
  }
}

result<std::vector<std::shared_ptr<listener>>>
listener::open_each(const transport::loop& on, const logger& log, const accepted& on_accept,
                    const std::vector<tcp::endpoint>& at, int backlog) {
  std::vector<std::shared_ptr<listener>> opened;
  std::vector<failure> left_out;
  for (tcp::endpoint wanted : at) {
    if (wanted.port() == 0 && !opened.empty()) wanted.port(opened.front()->address().port());
    const auto one = std::make_shared<listener>(on, log, on_accept);
    const error_code e = one->open(wanted, backlog);
    if (!e) {
      opened.push_back(one);
      continue;
    }
    left_out.push_back(
        {e, fmt::format("cannot listen on {}: {}", fmt::streamed(wanted), e.message())});
    if (!is_missing_here(e)) return left_out.back();
  }
  if (opened.empty()) return left_out.front();
  for (const failure& why : left_out)
    log(severity::warning, "An address is left out", {{"reason", why.message}});
  return opened;
}

error_code listener::open(const tcp::endpoint& at, int backlog) {
  error_code e;
  acceptor_.open(at.protocol(), e);
  if (!e) transport::close_on_exec(acceptor_);
  if (!e) acceptor_.set_option(tcp::acceptor::reuse_address(true), e);
  if (!e && at.address().is_v6()) acceptor_.set_option(asio::ip::v6_only(true), e);
  if (!e) acceptor_.bind(at, e);
  if (!e) acceptor_.listen(backlog, e);
  if (!e) acceptor_.non_blocking(true, e);
  return e;
}

result<std::shared_ptr<listener>> listener::adopt(const transport::loop& on, const logger& log,
                                                  const accepted& on_accept, int listening_socket) {
  const auto one = std::make_shared<listener>(on, log, on_accept);
  int listens = 0;
  socklen_t size = sizeof listens;
  sockaddr_storage at{};
  socklen_t length = sizeof at;
  const bool good =
      ::getsockopt(listening_socket, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 &&
      listens == 1 &&
      ::getsockname(listening_socket, reinterpret_cast<sockaddr*>(&at), &length) == 0 &&
      (at.ss_family == AF_INET || at.ss_family == AF_INET6 || at.ss_family == AF_UNIX);
  error_code e = good ? error_code() : error_code(asio::error::invalid_argument);
  // Of a Unix socket Asio need not know what it is: all it does is to accept.
  if (!e)
    one->acceptor_.assign(at.ss_family == AF_INET6 ? tcp::v6() : tcp::v4(), listening_socket, e);
  if (!e) one->acceptor_.non_blocking(true, e);
  if (e) {
    if (!one->acceptor_.is_open()) ::close(listening_socket);
    return failure{e, fmt::format("cannot listen on the given socket: it has to be a stream socket "
                                  "that listens ({})",
                                  e.message())};
  }
  one->has_addresses_ = at.ss_family != AF_UNIX;
  transport::close_on_exec(one->acceptor_);
  return one;
}

tcp::endpoint listener::peer_of(const transport::tcp_socket& socket, error_code& e) const {
  return has_addresses_ ? socket.remote_endpoint(e) : tcp::endpoint();
}

void listener::close() {
  error_code ignored;
  acceptor_.close(ignored);
  timer_->cancel();
}

void listener::accept() {
  acceptor_.async_accept(
      [self = shared_from_this()](const error_code& e, transport::tcp_socket socket) {
        if (self->acceptor_.is_open()) self->take(e, std::move(socket));
      });
}

void listener::take(const error_code& e, transport::tcp_socket socket) {
  // One in each turn of the loop would let a newcomer wait for as many turns as there are
  // connections before it, whoever has made them.
  constexpr int at_once = 16;
  error_code failed = e;
  for (int i = 1; failed != asio::error::would_block; ++i) {
    if (out_of_resources(failed)) return pause(failed);
    pause_ = {};
    if (!failed) give(std::move(socket));
    // The owner may have closed us for what it has just been given.
    if (!acceptor_.is_open()) return;
    if (i == at_once) break;
    socket = acceptor_.accept(failed);
  }
  accept();
}

void listener::give(transport::tcp_socket socket) {
  transport::close_on_exec(socket);
  error_code gone;
  const auto from = peer_of(socket, gone);
  if (!gone) on_accept_(std::move(socket), from);
}

void listener::pause(const error_code& why) {
  // One record for the whole time of want, not one for each attempt.
  if (pause_.count() == 0) {
    log_(severity::error, "cannot accept connections for now", {{"reason", why.message()}});
  }
  pause_ = std::clamp(pause_ * 2, first_pause, longest_pause);
  timer_->wait_until(time_->now() + pause_, [self = weak_from_this()] {
    const auto alive = self.lock();
    if (alive && alive->acceptor_.is_open()) alive->accept();
  });
}

} // namespace asio_chat::net
