// A client and the servers that it connects to one after the other, over real TLS on loopback.
#pragma once

#include "fake_server.hpp"
#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/run_until.hpp"

#include <asio_chat/client.hpp>
#include <asio_chat/tls/context.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat::test {

/// Accepts one connection after the other; each gets the next answerer, the last one repeats.
class fake_listener {
 public:
  fake_listener(boost::asio::io_context& context, std::vector<fake_server::responder> answers)
      : tls_(tls::make_server_context([] {
               tls_server_config speaks_1 = server_tls();
               speaks_1.alpn = {native_alpn};
               return speaks_1;
             }())
                 .value())
      , acceptor_(context,
                  boost::asio::ip::tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0))
      , answers_(std::move(answers)) {
    accept();
  }
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  std::vector<fake_server::pointer> connections;

 private:
  void accept() {
    acceptor_.async_accept([this](error_code e, transport::tcp_socket socket) {
      if (e) return;
      const auto i = std::min(connections.size(), answers_.size() - 1);
      connections.emplace_back(new fake_server(
          transport::make_tls_stream(std::move(socket), tls_, transport::stream::side::server),
          answers_[i]));
      connections.back()->start_tls();
      accept();
    });
  }

  std::shared_ptr<boost::asio::ssl::context> tls_;
  boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, boost::asio::io_context::executor_type>
      acceptor_;
  std::vector<fake_server::responder> answers_;
};

struct tls_world {
  explicit tls_world(std::vector<fake_server::responder> answers,
                     std::function<void(client_config&)> change = {})
      : listener(context, std::move(answers)) {
    client_config config;
    config.host = "localhost";
    config.port = listener.port();
    config.name = "alice";
    config.tls.ca_file = certificates().ca_certificate;
    config.retry_first = std::chrono::milliseconds(10);
    config.retry_most = std::chrono::milliseconds(40);
    if (change) change(config);
    chat.emplace(context, std::move(config));
  }
  ~tls_world() {
    chat.reset();
    for (auto& c : listener.connections)
      c->close();
    context.restart();
    context.poll();
  }
  void connect() {
    chat->async_connect(why, [this](error_code e, connected c) {
      ++logins;
      code = e;
      login = std::move(c);
    });
    until([this] { return logins > 0; });
    receive();
  }
  template <class Predicate>
  void until(Predicate done) {
    REQUIRE(run_until(context, done));
  }
  template <class T>
  std::vector<T> seen() const {
    std::vector<T> found;
    for (const client_event& e : events)
      if (const auto* wanted = std::get_if<T>(&e)) found.push_back(*wanted);
    return found;
  }

  boost::asio::io_context context;
  fake_listener listener;
  std::optional<client> chat;
  int logins = 0;
  error_code code;
  diagnostics why; ///< of connecting
  connected login;
  std::vector<client_event> events;
  std::optional<error_code> end;

 private:
  void receive() {
    chat->async_receive([this](error_code e, client_event v) {
      if (e) {
        end = e;
        return;
      }
      events.push_back(std::move(v));
      if (chat) receive();
    });
  }
};

} // namespace asio_chat::test
