// A client and its server in memory; the test runs the loop.
#pragma once

#include "fake_server.hpp"
#include "testing/manual_time.hpp"

#include <asio_chat/client.hpp>

#include <boost/asio/io_context.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asio_chat::test {

/// The outcome of an operation; a second one would be an error.
template <class T>
struct outcome {
  int calls = 0;
  error_code code;
  T value{};
};

class memory_world {
 public:
  explicit memory_world(fake_server::responder answer = answer_politely,
                        client_config config = {}) {
    if (config.name.empty()) config.name = "alice";
    chat.emplace(context, std::move(config));
    auto ends = detail::memory_socket::make_pair(context.get_executor());
    transport_.emplace(std::move(ends.first));
    server.reset(
        new fake_server(transport::make_memory_stream(std::move(ends.second)), std::move(answer)));
    server->start();
  }

  ~memory_world() {
    chat.reset();
    server->close();
    run();
  }

  /// A handler that records the outcome.
  template <class T>
  auto into(outcome<T>& o) {
    return [&o](error_code e, T value) {
      ++o.calls;
      o.code = e;
      o.value = std::move(value);
    };
  }

  /// Everything that can happen without waiting happens.
  void run() { time.run(); }
  void connect() { chat->async_connect_in_memory(std::move(*transport_), why, into(login)); }
  void log_in() {
    connect();
    run();
    receive_all();
  }
  /// Takes the events that were waiting; one receive stays under way.
  void receive_all() {
    receive();
    run();
  }
  template <class T>
  const T* event_at(std::size_t i) const {
    return i < events.size() ? std::get_if<T>(&events[i]) : nullptr;
  }
  boost::asio::io_context context;
  testing::manual_time& time = testing::manual_time::of(context);
  std::optional<client> chat;
  fake_server::pointer server;
  outcome<connected> login;
  std::vector<client_event> events;
  outcome<client_event> end;
  diagnostics why; ///< of connecting, and of what a test uses it for

 private:
  void receive() {
    chat->async_receive([this](error_code e, client_event v) {
      if (e) {
        ++end.calls;
        end.code = e;
        return;
      }
      events.push_back(std::move(v));
      if (chat) receive();
    });
  }

  std::optional<memory_transport> transport_;
};

} // namespace asio_chat::test
