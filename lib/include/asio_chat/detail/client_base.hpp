// Internal: what all clients are, whatever the type of their executor.
#pragma once

#include <asio_chat/client_config.hpp>
#include <asio_chat/detail/abi.hpp>
#include <asio_chat/detail/executor_place.hpp>
#include <asio_chat/diagnostics.hpp>
#include <asio_chat/memory_transport.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace asio_chat::detail {

class client_base {
 public:
  client_base(client_base&&) noexcept;
  client_base& operator=(client_base&&) noexcept;

 protected:
  /// A reference, so that a program has no code for a copy of its own.
  client_base(boost::asio::any_io_executor executor, place_function place,
              const client_config& config, const char* seen_by_host = &shared_by_all);
  ~client_base();

  template <class... Results>
  using handler = boost::asio::any_completion_handler<void(error_code, Results...)>;

  void connect(handler<connected> h, diagnostics* why);
  void connect_in_memory(handler<connected> h, diagnostics* why, memory_transport transport);
  void send(handler<acknowledged> h, diagnostics* why, outgoing_message message);
  void command(handler<reply> h, diagnostics* why, std::string room, std::string line);
  void history(handler<history_page> h, diagnostics* why, std::string room, log_range part);
  void receive(handler<client_event> h, diagnostics* why);
  void close(handler<> h);

  bool reconnect();
  std::optional<std::chrono::milliseconds> next_attempt_in() const;
  resume_state saved_state() const;
  const server_certificate& server() const noexcept;
  /// Ends the program if the client's executor runs on another thread.
  void check_call(const char* operation) const;

 private:
  class impl;
  std::shared_ptr<impl> impl_;
};

} // namespace asio_chat::detail
