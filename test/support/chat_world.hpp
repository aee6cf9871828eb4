// A server with clients of the text protocol around it, on one io_context.
#pragma once

#include "support/certificates.hpp"
#include "support/text_client.hpp"
#include "testing/manual_time.hpp"

#include <asio_chat/server.hpp>
#include <asio_chat/server_hooks.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat::test {

struct log_record {
  severity level;
  std::string text; ///< the message and the fields, one after the other
};

class chat_world {
 public:
  explicit chat_world(server_config config = {}, server_hooks hooks = {}) {
    config.tls = server_tls();
    config.log = [this](severity level, std::string_view message,
                        std::span<const log_field> fields) {
      // This record depends on the speed of the machine, not on behaviour.
      if (message.starts_with("Slow task")) return;
      std::string text(message);
      for (const log_field& f : fields)
        text += " " + std::string(f.name) + "=" + f.value;
      log.push_back({level, std::move(text)});
    };
    time.set_wall(system_wall_now()); // by which OpenSSL judges certificates
    server.emplace(context, std::move(config), std::move(hooks));
    at = server->listen("127.0.0.1", 0);
  }
  ~chat_world() {
    // Handlers refer to their clients, so all of them run before the clients are destroyed.
    for (text_client& c : clients)
      c.vanish();
    server.reset();
    context.restart();
    context.poll();
  }

  /// Makes a client, waits for its handshake, and has sent `first`.
  text_client& raw(std::vector<std::string> first = {}) {
    text_client& c = clients.emplace_back(context, at);
    c.start(std::move(first));
    until([&] { return c.handshaken || c.ended; });
    return c;
  }
  /// Makes a client that has joined.
  text_client& join(const std::string& name) {
    text_client& c = raw({name});
    until([&] { return c.has("* " + name + " joined the chat *"); });
    return c;
  }
  template <class Predicate>
  bool until(Predicate done) {
    return run_until(context, done);
  }
  /// So much time passes for the server: the sockets are real, its clock is the test's.
  void pass(std::chrono::milliseconds t) { time.advance(t); }
  /// Lets time pass in such steps, and what can happen in each of them happen, until it is done.
  template <class Predicate>
  bool pass_until(std::chrono::milliseconds step, Predicate done) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!done()) {
      if (std::chrono::steady_clock::now() >= end) return false;
      pass(step);
    }
    return true;
  }
  /// Sends what is no whole frame, and waits until the server has read it.
  void send_part(text_client& from, std::string_view bytes) {
    const std::uint64_t then = server->stats().bytes_read + bytes.size();
    from.send_raw(std::string(bytes));
    until([&] { return server->stats().bytes_read == then; });
  }
  bool logged(std::string_view part) const {
    return std::any_of(log.begin(), log.end(),
                       [&](const log_record& r) { return r.text.find(part) != std::string::npos; });
  }

  /// The number of warnings and errors in the log.
  std::ptrdiff_t complaints() const {
    return std::count_if(log.begin(), log.end(),
                         [](const log_record& r) { return r.level >= severity::warning; });
  }

  asio::io_context context;
  testing::manual_time& time = testing::manual_time::of(context);
  std::vector<log_record> log;
  std::optional<asio_chat::server> server;
  asio::ip::tcp::endpoint at;
  std::deque<text_client> clients;
};

} // namespace asio_chat::test
