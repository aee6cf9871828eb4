#include "transport/stream.hpp"

#include <boost/asio/ssl/stream.hpp>

namespace asio_chat::transport {

namespace asio = boost::asio;

namespace {

class tls_stream final : public stream {
 public:
  tls_stream(tcp_socket socket, asio::ssl::context& context)
      : stream_(std::move(socket), context) {}

  void async_handshake(side s, stream_handler h) override {
    stream_.async_handshake(s == side::server ? asio::ssl::stream_base::server
                                              : asio::ssl::stream_base::client,
                            std::move(h));
  }
  void async_read_some(asio::mutable_buffer b, stream_handler h) override {
    stream_.async_read_some(b, std::move(h));
  }
  void async_write_some(asio::const_buffer b, stream_handler h) override {
    stream_.async_write_some(b, std::move(h));
  }
  void async_shutdown(stream_handler h) override { stream_.async_shutdown(std::move(h)); }
  void close() noexcept override {
    error_code ignored;
    stream_.next_layer().close(ignored);
  }
  SSL* native_tls() noexcept override { return stream_.native_handle(); }

 private:
  asio::ssl::stream<tcp_socket> stream_;
};

} // namespace

std::unique_ptr<stream> make_tls_stream(tcp_socket socket, asio::ssl::context& ssl_context) {
  return std::make_unique<tls_stream>(std::move(socket), ssl_context);
}

} // namespace asio_chat::transport
