// One end of a connection that lives in memory: for unit tests without sockets or certificates.
#pragma once

#include <memory>

namespace asio_chat {

namespace detail {
class memory_socket;
}

/// `server::connect_in_memory` makes it and `client::async_connect_in_memory` takes it. It can be
/// moved, not copied. Destroying it unused closes the connection. It belongs to the io_context of
/// the server, which must outlive it.
class memory_transport {
 public:
  explicit memory_transport(std::unique_ptr<detail::memory_socket> socket) noexcept;
  memory_transport(memory_transport&&) noexcept;
  memory_transport& operator=(memory_transport&&) noexcept;
  ~memory_transport();

  /// For the library alone: hands the socket out.
  std::unique_ptr<detail::memory_socket> release() noexcept;

 private:
  std::unique_ptr<detail::memory_socket> socket_;
};

} // namespace asio_chat
