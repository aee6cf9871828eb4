#include "server/listening_set.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace asio_chat {

using boost::asio::ip::tcp;

namespace {

failure no_host() {
  return fail(errc::bad_setting, "no host to listen on: name one, or 0.0.0.0 and :: for all "
                                 "addresses of this machine");
}

result<listening_set::endpoints> each_once(const std::string& host, const error_code& e,
                                           const tcp::resolver::results_type& found) {
  if (e) return failure{e, fmt::format("cannot listen on {}: {}", host, e.message())};
  listening_set::endpoints all;
  for (const auto& one : found)
    if (std::ranges::find(all, one.endpoint()) == all.end()) all.push_back(one.endpoint());
  return all;
}

} // namespace

result<listening_set::endpoints> listening_set::look_up(const std::string& host,
                                                        std::uint16_t port) const {
  if (host.empty()) return no_host();
  error_code e;
  tcp::resolver resolver(loop_.executor);
  const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, e);
  return each_once(host, e, found);
}

std::function<void()>
listening_set::look_up_later(const std::string& host, std::uint16_t port,
                             std::function<void(const result<endpoints>&)> done) const {
  if (host.empty()) {
    boost::asio::post(loop_.executor, [done = std::move(done)] { done(no_host()); });
    return [] {};
  }
  const auto resolver = std::make_shared<tcp::resolver>(loop_.executor);
  resolver->async_resolve(host, std::to_string(port), tcp::resolver::passive,
                          [resolver, host, done = std::move(done)](
                              const error_code& e, const tcp::resolver::results_type& found) {
                            done(each_once(host, e, found));
                          });
  return [weak = std::weak_ptr<tcp::resolver>(resolver)] {
    if (const auto one = weak.lock()) one->cancel();
  };
}

result<listening_set::endpoints> listening_set::open(const endpoints& at,
                                                     const net::listener::accepted& on_accept) {
  const auto opened = net::listener::open_all(loop_, log_, on_accept, at, backlog_);
  if (!opened) return opened.error();
  endpoints bound;
  for (const auto& one : *opened) {
    one->start();
    listeners_.push_back(one);
    bound.push_back(one->address());
  }
  return bound;
}

result<void> listening_set::adopt(int listening_socket, const net::listener::accepted& on_accept) {
  const auto one = net::listener::adopt(loop_, log_, on_accept, listening_socket);
  if (!one) return one.error();
  adopted_.push_back(*one);
  (*one)->start();
  return {};
}

listening_set::endpoints listening_set::addresses() const {
  endpoints all;
  for (const auto& one : listeners_)
    all.push_back(one->address());
  return all;
}

void listening_set::close() {
  for (auto* all : {&listeners_, &adopted_}) {
    for (const auto& one : *all)
      one->close();
    all->clear();
  }
}

} // namespace asio_chat
