#include "transport/stream.hpp"

#include <boost/asio/ssl/stream.hpp>

#include <optional>

namespace asio_chat::transport {

namespace asio = boost::asio;

namespace {

class tls_stream final : public stream {
 public:
  tls_stream(tcp_socket socket, context_ptr context, side s)
      : silent_(std::move(socket))
      , context_(std::move(context)) {
    if (s == side::client) make_stream();
  }

  void async_handshake(side s, stream_handler h) override {
    if (s == side::client) {
      return stream_->async_handshake(asio::ssl::stream_base::client, std::move(h));
    }
    // A client that never says anything shall not cost the 80 kB that OpenSSL and Asio take.
    silent_.async_wait(tcp_socket::wait_read,
                       [this, h = std::move(h)](const error_code& e) mutable {
                         if (e) return h(e);
                         make_stream();
                         stream_->async_handshake(asio::ssl::stream_base::server, std::move(h));
                       });
  }
  void async_read_some(asio::mutable_buffer b, stream_handler h) override {
    stream_->async_read_some(b, std::move(h));
  }
  void async_write_some(asio::const_buffer b, stream_handler h) override {
    stream_->async_write_some(b, std::move(h));
  }
  void async_shutdown(stream_handler h) override { stream_->async_shutdown(std::move(h)); }
  void close() noexcept override {
    error_code ignored;
    (stream_ ? stream_->next_layer() : silent_).close(ignored);
  }
  SSL* native_tls() noexcept override { return stream_ ? stream_->native_handle() : nullptr; }

 private:
  void make_stream() {
    stream_.emplace(std::move(silent_), *context_);
    context_.reset();
  }

  tcp_socket silent_; ///< until `stream_` is made of it
  context_ptr context_;
  std::optional<asio::ssl::stream<tcp_socket>> stream_;
};

} // namespace

std::unique_ptr<stream> make_tls_stream(tcp_socket socket, context_ptr context, stream::side s) {
  return std::make_unique<tls_stream>(std::move(socket), std::move(context), s);
}

} // namespace asio_chat::transport
