#include "net/proxy_gate.hpp"

#include <boost/asio/read.hpp>

#include <array>
#include <utility>

namespace asio_chat::net {

namespace asio = boost::asio;

struct proxy_gate::reception {
  transport::tcp_socket socket;
  std::string from;
  passed then;
  std::unique_ptr<timer> deadline;
  std::array<char, proxy_header::max_bytes> bytes;
  std::size_t received = 0;
};

result<proxy_list> read_proxies(const std::vector<std::string>& texts) {
  proxy_list all;
  for (const std::string& text : texts) {
    if (text == "unix") {
      all.through_unix_sockets = true;
    } else if (auto added = all.networks.add(text); !added) {
      return added.error();
    }
  }
  return all;
}

void proxy_gate::receive(transport::tcp_socket socket, std::string from, passed then) {
  if (all_.size() >= most_) {
    return refused_(from, "too many connections of proxies wait for their PROXY header");
  }
  const auto r = std::make_shared<reception>(reception{
      std::move(socket), std::move(from), std::move(then), loop_.time->make_timer(), {}, 0});
  all_.insert(r);
  r->deadline->wait_until(loop_.time->now() + header_time_,
                          [weak = weak_from_this(), of = std::weak_ptr(r)] {
                            const auto self = weak.lock();
                            const auto late = of.lock();
                            if (self && late)
                              self->refuse(late, "no PROXY header came in time (proxy-timeout)");
                          });
  read(r, proxy_header::fixed_bytes);
}

void proxy_gate::read(const reception_ptr& r, std::size_t until) {
  const asio::mutable_buffer rest(r->bytes.data() + r->received, until - r->received);
  asio::async_read(r->socket, rest,
                   [weak = weak_from_this(), r](const error_code& e, std::size_t n) {
                     const auto self = weak.lock();
                     if (!self || !self->all_.contains(r)) return;
                     r->received += n;
                     self->came(r, e.failed());
                   });
}

void proxy_gate::came(const reception_ptr& r, bool is_over) {
  const proxy_header h = read_proxy_header({r->bytes.data(), r->received});
  switch (h.is) {
  case proxy_header::state::broken:
    return refuse(r, h.why);
  case proxy_header::state::incomplete:
    if (is_over) return refuse(r, "it ended before its PROXY header did");
    return read(r, h.bytes);
  case proxy_header::state::complete:
    r->deadline->cancel();
    all_.erase(r);
    return r->then(std::move(r->socket), h.client);
  }
}

void proxy_gate::refuse(const reception_ptr& r, std::string_view why) {
  if (all_.erase(r) == 0) return;
  r->deadline->cancel();
  error_code ignored;
  r->socket.close(ignored);
  refused_(r->from, why);
}

void proxy_gate::close() {
  for (const reception_ptr& r : std::exchange(all_, {})) {
    r->deadline->cancel();
    error_code ignored;
    r->socket.close(ignored);
  }
}

} // namespace asio_chat::net
