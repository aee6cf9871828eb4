// HOST:PORT, as people and protocols write it. Only the standard library: the load generator uses
// it too.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace asio_chat {

/// The host of a connection as it stands before a port: an IPv6 address in brackets (RFC 3986,
/// 3.2.2), everything else as it is.
inline std::string in_brackets(std::string_view host) {
  const bool is_ipv6 = host.find(':') != std::string_view::npos;
  std::string written;
  if (is_ipv6) written += '[';
  written += host;
  if (is_ipv6) written += ']';
  return written;
}

inline std::string host_port(std::string_view host, std::string_view port) {
  return in_brackets(host).append(":").append(port);
}

inline std::string host_port(std::string_view host, std::unsigned_integral auto port) {
  return host_port(host, std::to_string(port));
}

/// Whether it stands in brackets, with something in between.
constexpr bool is_in_brackets(std::string_view host) noexcept {
  return host.size() > 2 && host.front() == '[' && host.back() == ']';
}

/// The host that `in_brackets` was given.
constexpr std::string_view without_brackets(std::string_view host) noexcept {
  return is_in_brackets(host) ? host.substr(1, host.size() - 2) : host;
}

/// Whether the last part of a name is a number, so that it can only be meant as an IPv4 address:
/// `inet_aton` reads `1`, `127.1` and `0x7f.1` as one, and browsers do so (WHATWG URL, 3.5, "ends
/// in a number"), whatever a name server would say.
constexpr bool ends_in_number(std::string_view host) noexcept {
  if (host.ends_with('.')) host.remove_suffix(1);
  const std::string_view last = host.substr(host.rfind('.') + 1);
  constexpr auto none = std::string_view::npos;
  if (last.starts_with("0x") || last.starts_with("0X"))
    return last.find_first_not_of("0123456789abcdefABCDEF", 2) == none;
  return !last.empty() && last.find_first_not_of("0123456789") == none;
}

} // namespace asio_chat
