#include "socket.hpp"

#include "error.hpp"

#include "base/host_port.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace asio_chat::bench {

namespace {

void send_at_once(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

unique_fd open_socket(const endpoint& where) {
  unique_fd fd(::socket(where.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd)
    throw setup_error(fmt::format("cannot open a socket: {}{}", std::strerror(errno),
                                  errno == EMFILE ? " (raise it with ulimit -n)" : ""));
  return fd;
}

void come_from(const std::string& address, int fd) {
  // Without a port: one is chosen that is free towards the server, not free altogether.
  const int on = 1;
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  sockaddr_in own{};
  own.sin_family = AF_INET;
  if (inet_pton(AF_INET, address.c_str(), &own.sin_addr) != 1 ||
      bind(fd, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0)
    throw setup_error(fmt::format("cannot connect from {}: {}", address, std::strerror(errno)));
}

/// getaddrinfo would take 73979 for 8443.
bool is_port(std::string_view text) {
  std::uint16_t number = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  return parsed.ec == std::errc() && parsed.ptr == end;
}

const sockaddr* raw(const endpoint& where) {
  return reinterpret_cast<const sockaddr*>(&where.address);
}

} // namespace

bool answers(const endpoint& at) {
  const unique_fd probe(::socket(at.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return probe.get() >= 0 && ::connect(probe.get(), raw(at), at.length) == 0;
}

endpoint resolve(std::string_view host_and_port) {
  const auto colon = host_and_port.rfind(':');
  const auto port = colon == std::string_view::npos ? "" : host_and_port.substr(colon + 1);
  const auto host = asio_chat::without_brackets(host_and_port.substr(0, colon));
  if (host.empty() || host.front() == '[' || !is_port(port))
    throw setup_error(fmt::format("'{}' is not HOST:PORT, such as 127.0.0.1:8443", host_and_port));

  endpoint found;
  found.host = host;
  found.text = host_and_port;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int status = getaddrinfo(found.host.c_str(), std::string(port).c_str(), &hints, &list);
  if (status != 0)
    throw setup_error(fmt::format("cannot find '{}': {}", host_and_port, gai_strerror(status)));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, freeaddrinfo);
  // A name may stand for several addresses, as localhost does: the first that answers is meant.
  const auto take = [&found](const addrinfo& one) {
    std::memcpy(&found.address, one.ai_addr, one.ai_addrlen);
    found.length = one.ai_addrlen;
  };
  for (const addrinfo* one = list; one != nullptr && list->ai_next != nullptr; one = one->ai_next) {
    take(*one);
    if (answers(found)) return found;
  }
  take(*list);
  return found;
}

unique_fd start_connect(const endpoint& to) {
  auto fd = open_socket(to);
  send_at_once(fd.get());
  if (!to.from.empty()) come_from(to.from, fd.get());
  if (connect(fd.get(), raw(to), to.length) != 0 && errno != EINPROGRESS)
    throw setup_error(fmt::format("cannot connect to {}: {}", to.text, std::strerror(errno)));
  return fd;
}

int connect_result(int fd) {
  int status = 0;
  socklen_t size = sizeof status;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &status, &size) == 0 ? status : errno;
}

unique_fd listen_on(const endpoint& at) {
  auto fd = open_socket(at);
  const int on = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd.get(), raw(at), at.length) != 0 || listen(fd.get(), SOMAXCONN) != 0)
    throw setup_error(fmt::format("cannot listen on {}: {}", at.text, std::strerror(errno)));
  return fd;
}

unique_fd accept_from(int listener) {
  unique_fd fd(accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (fd) send_at_once(fd.get());
  return fd;
}

std::uint16_t free_port() {
  const auto address = local_address(listen_on(resolve("127.0.0.1:0")).get());
  return static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
}

std::string local_address(int fd) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  char host[NI_MAXHOST];
  char port[NI_MAXSERV];
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0 ||
      getnameinfo(reinterpret_cast<sockaddr*>(&address), length, host, sizeof host, port,
                  sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    throw setup_error("cannot tell the address of the listening socket");
  return asio_chat::host_port(std::string_view(host), std::string_view(port));
}

} // namespace asio_chat::bench
