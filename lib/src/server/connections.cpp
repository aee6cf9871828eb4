// How connections come to a server: those that it listens for, those that its host has accepted,
// and those in memory.
#include "base/host_port.hpp"
#include "server/server_impl.hpp"
#include "transport/memory_socket.hpp"
#include "transport/tls_server_stream.hpp"

#include <boost/asio/dispatch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace asio_chat::detail {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// What a peer does not read waits in its outbox, where it is counted and shared with others, and
/// not in the system: that would take megabytes of it.
constexpr int max_unsent = 128 * 1024;
using unsent_limit = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;

std::string to_string(const tcp::endpoint& e) {
  return host_port(e.address().to_string(), e.port());
}

origin origin_of(const tcp::endpoint& e) {
  return {to_string(e), e.port(), e.address()};
}

/// The user at the other end of a Unix socket.
std::string user_of(transport::tcp_socket& socket) {
  ucred who{};
  socklen_t size = sizeof who;
  if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &who, &size) != 0)
    return "unix:uid=unknown";
  return fmt::format("unix:uid={}", who.uid);
}

} // namespace

std::unique_ptr<transport::stream> server_base::impl::make_tls_stream(transport::tcp_socket socket,
                                                                      const origin& from) {
  // Those of one network wait in one line. Who has no address has a line of their own kind.
  const auto lane =
      from.address ? net::network_of(net::host_of(*from.address)) : net::address_key();
  return transport::make_tls_server_stream(std::move(socket), tls_->now()->ssl(),
                                           {handshakes_, lane});
}

std::unique_ptr<transport::stream>
server_base::impl::make_plain_stream(transport::tcp_socket socket, const origin&) {
  return transport::make_insecure_plain_stream(std::move(socket));
}

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
        begin(std::move(socket), from, &impl::make_tls_stream);
      });
  if (!bound) return bound.error();
  limit_beyond_loopback(*bound);
  for (const tcp::endpoint& at : *bound)
    log_(severity::info, fmt::format("Server listening on {}", to_string(at)));
  return bound->front();
}

void server_base::impl::limit_beyond_loopback(const std::vector<tcp::endpoint>& at) {
  // Who comes through a proxy is not of this machine, wherever the proxy is.
  const bool all_here =
      !proxies_->has_proxies() &&
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
        begin(std::move(socket), from, &impl::make_plain_stream);
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
  if (!proxies_->is_proxy(from.address()))
    return admit(std::move(socket), origin_of(from), make_stream);
  proxies_->receive(std::move(socket), to_string(from),
                    [this, from, make_stream](transport::tcp_socket its,
                                              const std::optional<tcp::endpoint>& client) {
                      admit(std::move(its), origin_of(client.value_or(from)), make_stream);
                    });
}

void server_base::impl::begin_from_unix(transport::tcp_socket socket) {
  calls_.on_executor();
  if (sessions_->is_full(socket.native_handle())) return;
  const origin from{user_of(socket)};
  if (!proxies_->unix_sockets_are_proxies())
    return admit(std::move(socket), from, &impl::make_tls_stream);
  proxies_->receive(
      std::move(socket), from.text,
      [this, from](transport::tcp_socket its, const std::optional<tcp::endpoint>& client) {
        admit(std::move(its), client ? origin_of(*client) : from, &impl::make_tls_stream);
      });
}

void server_base::impl::admit(transport::tcp_socket socket, const origin& from,
                              stream_maker make_stream) {
  if (from.address) {
    if (const auto why = admission_.knock(*from.address); why != net::refused_for::nothing)
      return refusals_.add(net::refusal::turned_away, from.text, std::string(phrase_of(why)));
  }
  error_code ignored; // a connection that is gone already says so at the first read
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(unsent_limit(max_unsent), ignored);
  auto stream = (this->*make_stream)(std::move(socket), from);
  sessions_->begin(std::move(stream), from);
}

result<void> server_base::impl::listen_on(int listening_socket) {
  if (auto can = check_can_listen(); !can) {
    ::close(listening_socket);
    return can.error();
  }
  sockaddr_storage at{};
  socklen_t length = sizeof at;
  const bool is_unix =
      ::getsockname(listening_socket, reinterpret_cast<sockaddr*>(&at), &length) == 0 &&
      at.ss_family == AF_UNIX;
  const auto listens = listening_.adopt(
      listening_socket, [this, is_unix](transport::tcp_socket socket, const tcp::endpoint& from) {
        is_unix ? begin_from_unix(std::move(socket))
                : begin(std::move(socket), from, &impl::make_tls_stream);
      });
  if (!listens) return listens.error();
  // Whatever address it has is the host's business, and may be one of the internet.
  if (!is_unix || proxies_->has_proxies()) limit_beyond_loopback({tcp::endpoint()});
  return {};
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
  begin(transport::tcp_socket(owner_.executor, from.protocol(), handle), from,
        &impl::make_tls_stream);
  return {};
}

memory_transport server_base::impl::connect_in_memory() {
  auto [ours, theirs] = detail::memory_socket::make_pair(owner_.executor);
  constexpr int no_descriptor = -1;
  if (stopped_ || sessions_->is_full(no_descriptor)) return memory_transport(std::move(theirs));
  sessions_->begin(transport::make_memory_stream(std::move(ours)), {"memory"});
  return memory_transport(std::move(theirs));
}

} // namespace asio_chat::detail
