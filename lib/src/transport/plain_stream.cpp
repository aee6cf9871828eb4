#include "transport/socket.hpp"
#include "transport/stream.hpp"

#include <boost/asio/post.hpp>

namespace asio_chat::transport {

namespace asio = boost::asio;

namespace {

class plain_stream final : public stream {
 public:
  explicit plain_stream(tcp_socket socket)
      : socket_(std::move(socket)) {}

  void async_handshake(side, stream_handler h) override {
    asio::post(socket_.get_executor(), [h = std::move(h)]() mutable { h(error_code()); });
  }
  void async_read_some(asio::mutable_buffer b, stream_handler h) override {
    socket_.async_read_some(b, std::move(h));
  }
  void async_write_some(asio::const_buffer b, stream_handler h) override {
    socket_.async_write_some(b, std::move(h));
  }
  void async_shutdown(stream_handler h) override {
    error_code ignored; // a connection that is gone already ends the wait at once
    socket_.shutdown(tcp_socket::shutdown_send, ignored);
    // A socket hangs up when both ends have said their last: closed earlier, with input that
    // nobody has read, it would reset the connection, and our last words with it.
    socket_.async_wait(tcp_socket::wait_error,
                       [h = std::move(h)](const error_code& e) mutable { h(e); });
  }
  void cancel_read() override {}
  void async_sleep(stream_handler h) override {
    socket_.async_wait(tcp_socket::wait_read,
                       [h = std::move(h)](const error_code& e) mutable { h(e); });
  }
  std::size_t unacknowledged() noexcept override { return unacknowledged_bytes(socket_); }
  void close() noexcept override {
    error_code ignored;
    socket_.close(ignored);
  }
  SSL* native_tls() noexcept override { return nullptr; }
  bool is_insecure_plaintext() const noexcept override { return true; }

 private:
  tcp_socket socket_;
};

} // namespace

std::unique_ptr<stream> make_insecure_plain_stream(tcp_socket socket) {
  return std::make_unique<plain_stream>(std::move(socket));
}

} // namespace asio_chat::transport
