#include "transport/connect_race.hpp"

#include "transport/socket.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <utility>

namespace asio_chat::transport {

namespace asio = boost::asio;

namespace {

/// It is this machine that cannot reach addresses of such a kind.
bool is_about_this_machine(const error_code& e) {
  return e == asio::error::network_unreachable || e == asio::error::address_family_not_supported ||
         e == boost::system::errc::address_not_available;
}

} // namespace

std::vector<asio::ip::tcp::endpoint>
order_of_attempts(const asio::ip::tcp::resolver::results_type& found) {
  std::vector<asio::ip::tcp::endpoint> first;
  std::vector<asio::ip::tcp::endpoint> second;
  for (const auto& one : found) {
    const auto at = one.endpoint();
    auto& family = first.empty() || first.front().protocol() == at.protocol() ? first : second;
    if (std::find(family.begin(), family.end(), at) == family.end()) family.push_back(at);
  }
  std::vector<asio::ip::tcp::endpoint> all;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i)
    for (const auto* family : {&first, &second})
      if (i < family->size()) all.push_back((*family)[i]);
  return all;
}

attempts::attempts(std::size_t addresses, std::chrono::milliseconds time)
    : addresses_(addresses)
    , delay_(std::clamp(time / static_cast<int>(std::max<std::size_t>(addresses, 1)),
                        std::chrono::milliseconds(0), max_delay)) {}

std::optional<std::size_t> attempts::begin(steady_time now) {
  if (begun_ == addresses_ || now < next_) return std::nullopt;
  next_ = now + delay_;
  return begun_++;
}

std::optional<steady_time> attempts::next_begin() const noexcept {
  return begun_ < addresses_ ? std::optional(next_) : std::nullopt;
}

void attempts::failed(const error_code& why, steady_time now) noexcept {
  ++failed_;
  next_ = std::min(next_, now);
  if (!why_ || is_about_this_machine(why_)) why_ = why;
}

std::shared_ptr<connect_race> connect_race::start(transport::loop on,
                                                  std::vector<tcp::endpoint> addresses,
                                                  std::chrono::milliseconds time, handler done) {
  const std::shared_ptr<connect_race> race(
      new connect_race(std::move(on), std::move(addresses), time, std::move(done)));
  race->go_on();
  return race;
}

connect_race::connect_race(transport::loop on, std::vector<tcp::endpoint> addresses,
                           std::chrono::milliseconds time, handler done)
    : loop_(std::move(on))
    , addresses_(std::move(addresses))
    , attempts_(addresses_.size(), time)
    , done_(std::move(done))
    , timer_(loop_.time->make_timer()) {}

void connect_race::go_on() {
  while (const auto next = attempts_.begin(loop_.time->now()))
    attempt(addresses_[*next]);
  const auto when = attempts_.next_begin();
  if (!when) return;
  // There is an attempt under way, which keeps this alive.
  timer_->wait_until(*when, [this] { go_on(); });
}

void connect_race::attempt(const tcp::endpoint& address) {
  tcp_socket& socket = sockets_.emplace_back(loop_.executor);
  error_code cannot_open; // connecting says so
  socket.open(address.protocol(), cannot_open);
  if (!cannot_open) close_on_exec(socket);
  socket.async_connect(address, [self = shared_from_this(), &socket](const error_code& e) {
    if (self->done_) self->tried(socket, e);
  });
}

void connect_race::tried(tcp_socket& socket, const error_code& e) {
  if (!e) return end({}, std::move(socket));
  attempts_.failed(e, loop_.time->now());
  if (attempts_.lost()) return end(attempts_.why(), tcp_socket(loop_.executor));
  go_on();
}

void connect_race::end(const error_code& e, tcp_socket socket) {
  const handler done = std::exchange(done_, nullptr);
  cancel();
  done(e, std::move(socket));
}

void connect_race::cancel() {
  done_ = nullptr;
  timer_->cancel();
  error_code ignored; // nobody is told any more
  for (tcp_socket& socket : sockets_)
    socket.close(ignored);
}

} // namespace asio_chat::transport
