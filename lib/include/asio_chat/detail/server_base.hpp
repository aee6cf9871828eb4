// Internal: what all servers are, whatever the type of their executor.
#pragma once

#include <asio_chat/account_change.hpp>
#include <asio_chat/close_reason.hpp>
#include <asio_chat/detail/abi.hpp>
#include <asio_chat/detail/executor_place.hpp>
#include <asio_chat/error.hpp>
#include <asio_chat/memory_transport.hpp>
#include <asio_chat/server_config.hpp>
#include <asio_chat/server_hooks.hpp>
#include <asio_chat/server_info.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/basic_endpoint.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

// Whoever calls `accept` or looks at the protocol of an endpoint includes it all the same.
namespace boost::asio::ip {
class tcp;
}

namespace asio_chat::detail {

/// Those of a server that is given none; a function, so that a program need not compile them.
const server_hooks& no_hooks();

class server_base {
 public:
  class impl;

 protected:
  using endpoint = boost::asio::ip::basic_endpoint<boost::asio::ip::tcp>;
  using socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp>;
  template <class... Results>
  using handler = boost::asio::any_completion_handler<void(Results...)>;

  /// References, so that a program has no code for copies of its own.
  server_base(boost::asio::any_io_executor executor, place_function place,
              const server_config& config, const server_hooks& hooks,
              const char* seen_by_host = &shared_by_all);
  server_base(server_base&&) noexcept;
  server_base& operator=(server_base&&) noexcept;
  ~server_base();

  endpoint listen(const std::string& host, std::uint16_t port);
  void listen_later(handler<result<endpoint>> h, std::string host, std::uint16_t port);
  endpoint listen_insecure_plaintext(const std::string& host, std::uint16_t port);
  void listen_on(int listening_socket);
  std::vector<endpoint> listening_on() const;
  void accept(socket s);
  memory_transport connect_in_memory();
  void reload_tls(const tls_server_config& config);
  void reload_tls_later(handler<result<void>> h, tls_server_config config);
  void reload_storage(const storage_config& config);
  void reload_storage_later(handler<result<void>> h, storage_config config);
  void change_account_later(handler<result<void>> h, account_change change);
  void announce(std::string text);
  void stop(handler<error_code> h);
  server_stats stats() const;
  void add_command(host_command command);
  std::vector<session_info> sessions() const;
  std::vector<room_info> rooms() const;
  bool close(std::uint64_t session, const close_reason& why);

  /// Ends the program if the server's executor runs on another thread.
  void check_call(const char* operation) const;

 private:
  friend class host_member_base;
  friend class log_watch_base;

  std::shared_ptr<impl> impl_;
};

} // namespace asio_chat::detail
