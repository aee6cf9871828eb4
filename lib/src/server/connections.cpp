// How connections come to a server: those that it listens for, those that its host has accepted,
// and those in memory.
#include "base/host_port.hpp"
#include "server/server_impl.hpp"
#include "transport/memory_socket.hpp"

#include <boost/asio/dispatch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat::detail {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

std::unique_ptr<transport::stream> make_tls_stream(transport::tcp_socket socket,
                                                   const tls_keeper& tls) {
  return transport::make_tls_stream(std::move(socket), tls.now()->ssl(),
                                    transport::stream::side::server);
}

std::unique_ptr<transport::stream> make_plain_stream(transport::tcp_socket socket,
                                                     const tls_keeper&) {
  return transport::make_insecure_plain_stream(std::move(socket));
}

std::string to_string(const tcp::endpoint& e) {
  return host_port(e.address().to_string(), e.port());
}

} // namespace

result<void> server_base::impl::check_can_listen() const {
  if (stopped_) return server_is_stopping();
  if (tls_->now()) return {};
  return fail(errc::bad_certificate_file,
              "a server without a certificate cannot listen; set tls.certificate_file, "
              "tls.certificate_pem or tls.context");
}

result<tcp::endpoint> server_base::impl::listen(const std::string& host, std::uint16_t port) {
  if (auto can = check_can_listen(); !can) return can.error();
  const auto wanted = listening_.look_up(host, port);
  return wanted ? listen_at(*wanted) : wanted.error();
}

void server_base::impl::listen_later(handler<result<tcp::endpoint>> h, const std::string& host,
                                     std::uint16_t port) {
  auto slot = h.get_cancellation_slot();
  using completion = transport::completion<result<tcp::endpoint>>;
  auto complete = std::make_shared<completion>(owner_, std::move(h));
  if (auto can = check_can_listen(); !can) return (*complete)(can.error());
  const auto looking_up = listening_.look_up_later(
      host, port,
      [self = weak_from_this(), complete](const result<listening_set::endpoints>& wanted) {
        const auto alive = self.lock();
        if (!*complete) return; // cancelled
        if (!wanted) return (*complete)(wanted.error());
        if (!alive) return (*complete)(operation_cancelled());
        if (auto can = alive->check_can_listen(); !can) return (*complete)(can.error());
        (*complete)(alive->listen_at(*wanted));
      });
  if (!slot.is_connected()) return;
  const auto cancel = [weak = std::weak_ptr<completion>(complete), looking_up] {
    const auto one = weak.lock();
    if (!one || !*one) return;
    looking_up();
    (*one)(operation_cancelled());
  };
  slot.assign([executor = owner_.executor, cancel](asio::cancellation_type) {
    asio::dispatch(executor, cancel);
  });
}

result<tcp::endpoint> server_base::impl::listen_at(const listening_set::endpoints& wanted) {
  const auto bound =
      listening_.open(wanted, [this](transport::tcp_socket socket, const tcp::endpoint& from) {
        begin(std::move(socket), from, make_tls_stream);
      });
  if (!bound) return bound.error();
  limit_beyond_loopback(*bound);
  for (const tcp::endpoint& at : *bound)
    log_(severity::info, fmt::format("Server listening on {}", to_string(at)));
  return bound->front();
}

void server_base::impl::limit_beyond_loopback(const std::vector<tcp::endpoint>& at) {
  const bool all_here =
      std::ranges::all_of(at, [](const tcp::endpoint& e) { return net::is_loopback(e.address()); });
  if (!all_here) hub_.limiter().listens_beyond_loopback();
}

result<tcp::endpoint> server_base::impl::listen_insecure_plaintext(const std::string& host,
                                                                   std::uint16_t port) {
  if (stopped_) return server_is_stopping();
  if (config_.tls.clients != client_certificates::none) {
    return fail(errc::bad_setting,
                "cannot listen without TLS while clients are asked for certificates");
  }
  const auto wanted = listening_.look_up(host, port);
  if (!wanted) return wanted.error();
  for (const tcp::endpoint& at : *wanted) {
    if (at.address().is_loopback()) continue;
    return fail(errc::bad_setting, fmt::format("cannot listen on {} without TLS: it is not a "
                                               "loopback address such as 127.0.0.1 or ::1",
                                               to_string(at)));
  }
  const auto bound =
      listening_.open(*wanted, [this](transport::tcp_socket socket, const tcp::endpoint& from) {
        begin(std::move(socket), from, make_plain_stream);
      });
  if (!bound) return bound.error();
  for (const tcp::endpoint& at : *bound) {
    log_(severity::warning,
         fmt::format("Insecure: listening on {} without TLS, for demonstrations only; everyone "
                     "who can capture packets on this machine reads it, the passphrase too",
                     to_string(at)));
  }
  return bound->front();
}

void server_base::impl::begin(transport::tcp_socket socket, const tcp::endpoint& from,
                              stream_maker make_stream) {
  calls_.on_executor();
  if (sessions_->is_full(socket.native_handle())) return;
  if (const auto why = admission_.knock(from.address()); why != net::refused_for::nothing)
    return refusals_.add(net::refusal::turned_away, to_string(from), std::string(phrase_of(why)));
  error_code ignored; // a connection that is gone already says so at the first read
  socket.set_option(tcp::no_delay(true), ignored);
  sessions_->begin(make_stream(std::move(socket), *tls_), &from);
}

result<void> server_base::impl::accept(tcp::socket socket) {
  if (!tls_->now()) {
    return fail(errc::bad_certificate_file,
                "a server without a certificate cannot accept; set tls.certificate_file, "
                "tls.certificate_pem or tls.context");
  }
  error_code e;
  const tcp::endpoint from = socket.remote_endpoint(e);
  if (e) return failure{e, fmt::format("the socket is not connected: {}", e.message())};
  if (stopped_) return {}; // closed, as one that came a moment later
  const tcp::socket::native_handle_type handle = socket.release(e);
  if (e) return failure{e, fmt::format("the socket cannot be taken over: {}", e.message())};
  begin(transport::tcp_socket(owner_.executor, from.protocol(), handle), from, make_tls_stream);
  return {};
}

memory_transport server_base::impl::connect_in_memory() {
  auto [ours, theirs] = detail::memory_socket::make_pair(owner_.executor);
  constexpr int no_descriptor = -1;
  if (stopped_ || sessions_->is_full(no_descriptor)) return memory_transport(std::move(theirs));
  sessions_->begin(transport::make_memory_stream(std::move(ours)), nullptr);
  return memory_transport(std::move(theirs));
}

} // namespace asio_chat::detail
