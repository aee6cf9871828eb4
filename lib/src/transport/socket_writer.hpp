// Where OpenSSL writes to: the socket.
#pragma once

#include "transport/socket.hpp"

#include <openssl/types.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace asio_chat::transport {

/// Takes records off OpenSSL's hands and sends them at once: no copy into a BIO pair and out of it
/// again, and no operation of Asio's, as long as the socket takes what it is given. What it does
/// not take waits here and goes by itself; so OpenSSL has never written a part of a record, and
/// never has to be asked for the same once more before it may be asked for something else.
class socket_writer {
 public:
  /// The socket must live as long as this, or until `moved_to`.
  explicit socket_writer(tcp_socket& socket)
      : socket_(&socket) {}
  ~socket_writer();
  socket_writer(const socket_writer&) = delete;
  socket_writer& operator=(const socket_writer&) = delete;

  /// The socket is this one now; what waits for it waits there.
  void moved_to(tcp_socket& socket) noexcept { socket_ = &socket; }

  /// For `SSL_set0_wbio`. Nothing may be written to it when this is gone.
  /// @throws std::bad_alloc
  BIO* make_bio();

  /// The socket has taken everything.
  bool idle() const noexcept { return left_.empty(); }
  std::size_t waiting_bytes() const noexcept { return left_.size(); }
  /// Why nothing more can be sent; none: it can.
  const error_code& failure() const noexcept { return failure_; }
  /// Calls `done` when everything is gone, or nothing more can go; only while it is not idle. One
  /// at a time: it takes the place of another.
  void wait_until_idle(std::function<void(const error_code&)> done);

 private:
  /// A peer that asks for new keys again and again, and reads no answers, waits from here on.
  static constexpr std::size_t max_left = 64 * 1024;

  static const BIO_METHOD* method();
  static int write(BIO* bio, const char* bytes, std::size_t n, std::size_t* written);
  static long control(BIO* bio, int command, long number, void* pointer);

  /// Belongs to the wait for the socket: what `done` keeps alive goes with that, too.
  struct waiting {
    socket_writer* writer; ///< null: gone
    std::function<void(const error_code&)> done;
  };

  void take(std::string_view bytes);
  std::size_t send(std::string_view bytes);
  void wait(std::shared_ptr<waiting> w);
  void on_writable(const std::shared_ptr<waiting>& w, const error_code& e);

  tcp_socket* socket_;
  std::string left_;
  error_code failure_;
  std::weak_ptr<waiting> waiting_; ///< while it is not idle
};

} // namespace asio_chat::transport
