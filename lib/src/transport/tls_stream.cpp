#include "transport/server_handshake.hpp"
#include "transport/socket.hpp"
#include "transport/socket_writer.hpp"
#include "transport/stream.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace asio_chat::transport {

namespace asio = boost::asio;

namespace {

/// An `ssl::stream` while there is something to read. Its OpenSSL writes to the socket itself
/// (docs/adr/0006), also while the connection sleeps: then there are the socket and the state of
/// TLS, as during a server's handshake. Before its first byte there is the socket alone.
class tls_stream final : public stream {
  /// Of what the socket said to OpenSSL the ssl::stream knows nothing.
  auto explained(stream_handler h) {
    return [this, h = std::move(h)](const error_code& e, std::size_t n = 0) mutable {
      const bool unknown = e == asio::ssl::error::unspecified_system_error;
      h(unknown && out_->failure() ? out_->failure() : e, n);
    };
  }

 public:
  tls_stream(tcp_socket socket, context_ptr context, side s, handshake_line line = {})
      : socket_(std::move(socket))
      , context_(std::move(context))
      , line_(std::move(line)) {
    if (s == side::client) {
      stream_.emplace(std::move(socket_), *context_);
      context_.reset();
      write_to(stream_->next_layer());
    }
  }

  void async_handshake(side s, stream_handler h) override {
    if (s == side::client) {
      return stream_->async_handshake(asio::ssl::stream_base::client, explained(std::move(h)));
    }
    serve(std::move(h));
  }
  void async_read_some(asio::mutable_buffer b, stream_handler h) override {
    awake().async_read_some(b, explained(std::move(h)));
  }
  void async_write_some(asio::const_buffer b, stream_handler h) override {
    if (!out_ || out_->idle()) return awake().async_write_some(b, explained(std::move(h)));
    out_->wait_until_idle([this, b, h](const error_code& failed) mutable {
      if (failed) return h(failed);
      error_code e;
      const std::size_t n = write_some(b, e);
      e == asio::error::would_block ? async_write_some(b, std::move(h)) : h(e, n);
    });
  }
  std::size_t write_some(asio::const_buffer b, error_code& e) override {
    if (!out_) awake();
    std::size_t n = 0;
    if (out_->idle() && SSL_write_ex(native_tls(), b.data(), b.size(), &n) == 1) {
      e = {};
    } else {
      // Whatever else it is, the ssl::stream knows what to do about it.
      e = out_->failure() ? out_->failure() : error_code(asio::error::would_block);
    }
    return n;
  }
  void async_shutdown(stream_handler h) override {
    awake().async_shutdown([this, h = std::move(h)](const error_code& e) mutable {
      // A peer that has not read our close_notify yet may still be sending.
      e.category() == asio::error::get_ssl_category() ? hear_out(std::move(h))
                                                      : end(std::move(h), e);
    });
  }

  void cancel_read() override { stream_->next_layer().cancel_read(); }
  void async_sleep(stream_handler h) override {
    if (stream_ && !sleep()) {
      return asio::post(stream_->get_executor(), [h = std::move(h)]() mutable { h({}); });
    }
    socket_.async_wait(
        tcp_socket::wait_read,
        asio::bind_cancellation_slot(sleeping_.slot(),
                                     [h = std::move(h)](const error_code& e) mutable { h(e); }));
  }

  std::size_t unacknowledged() noexcept override {
    const std::size_t here = out_         ? out_->waiting_bytes()
                             : handshake_ ? handshake_->waiting_bytes()
                                          : 0;
    return unacknowledged_bytes(socket()) + here;
  }
  void close() noexcept override {
    error_code ignored;
    if (ssl_) discard_input(socket_.native_handle());
    socket().close(ignored);
  }
  SSL* native_tls() noexcept override {
    if (handshake_) return handshake_->tls();
    return stream_ ? stream_->native_handle() : ssl_.get();
  }

 private:
  void serve(stream_handler h) {
    // A client that never says anything shall not cost what OpenSSL takes.
    socket_.async_wait(tcp_socket::wait_read,
                       [this, h = std::move(h)](const error_code& e) mutable {
                         if (e) return h(e);
                         line_.take_turn([this, h] { begin_to_serve(h); });
                       });
  }
  void begin_to_serve(stream_handler h) {
    if (!socket_.is_open()) return h(asio::error::operation_aborted); // closed while it waited
    handshake_ = std::make_unique<server_handshake>(std::move(socket_), context_->native_handle(),
                                                    std::move(line_));
    context_.reset();
    handshake_->go_on([this, h](const error_code& failed) mutable {
      if (!failed) {
        ssl_ = handshake_->take_tls();
        socket_ = std::move(handshake_->socket());
        handshake_.reset();
      }
      h(failed);
    });
  }

  tcp_socket& socket() noexcept {
    if (stream_) return stream_->next_layer();
    if (handshake_) return handshake_->socket();
    return socket_;
  }

  /// Nobody shall close what the socket has not taken all of.
  void end(stream_handler h, const error_code& e) {
    if (out_->idle()) return h(e);
    out_->wait_until_idle([h, e](const error_code&) mutable { h(e); });
  }

  /// A socket closed with input that nobody has read would reset the connection, and our last words
  /// with it: reads until the peer has said all.
  void hear_out(stream_handler h) {
    if (out_->idle()) {
      half_close();
    } else {
      out_->wait_until_idle([this](const error_code&) { half_close(); });
    }
    unheard_.resize(4096);
    throw_away(std::move(h));
  }
  void half_close() {
    error_code ignored;
    stream_->next_layer().shutdown(tcp_socket::shutdown_send, ignored);
  }
  void throw_away(stream_handler h) {
    stream_->next_layer().async_read_some(
        asio::buffer(unheard_), [this, h = std::move(h)](const error_code& e, std::size_t) mutable {
          e ? end(std::move(h), e) : throw_away(std::move(h));
        });
  }

  /// Leaves the socket and the state of TLS alone: the stream's buffers go, 70 kB of them.
  bool sleep() {
    SSL* ssl = stream_->native_handle();
    // What has come and lies in the BIO pair would be lost. What OpenSSL has got of a record that
    // is not complete stays in its own buffer.
    const bool between_records = SSL_is_init_finished(ssl) == 1 && SSL_has_pending(ssl) == 0 &&
                                 BIO_ctrl_pending(SSL_get_rbio(ssl)) == 0 && out_->idle() &&
                                 !out_->failure();
    if (!between_records || SSL_up_ref(ssl) != 1) return false;
    ssl_.reset(ssl);
    socket_ = std::move(stream_->next_layer());
    stream_.reset();
    SSL_set0_rbio(ssl, nullptr); // the stream frees its own half of the pair only
    out_->moved_to(socket_);
    return true;
  }

  asio::ssl::stream<cancellable_read_socket>& awake() {
    if (!stream_) {
      sleeping_.emit(asio::cancellation_type::total); // what is written goes on
      stream_.emplace(std::move(socket_), ssl_.release());
      write_to(stream_->next_layer());
    }
    return *stream_;
  }
  /// OpenSSL does, by an `ssl::stream` that has just been made.
  void write_to(tcp_socket& socket) {
    out_ ? out_->moved_to(socket) : static_cast<void>(out_.emplace(socket));
    SSL_set0_wbio(stream_->native_handle(), out_->make_bio());
  }

  tcp_socket socket_; ///< while there is no stream
  context_ptr context_;
  handshake_line line_;                         ///< before the handshake
  std::unique_ptr<server_handshake> handshake_; ///< while it is under way, or has failed
  asio::cancellation_signal sleeping_;
  std::optional<socket_writer> out_; ///< from the end of the handshake on
  ssl_ptr ssl_;                      ///< while the connection sleeps
  std::optional<asio::ssl::stream<cancellable_read_socket>> stream_;
  std::vector<char> unheard_; ///< what is thrown away at the end
};

} // namespace

std::unique_ptr<stream> make_tls_server_stream(tcp_socket socket, context_ptr context,
                                               handshake_line line) {
  return std::make_unique<tls_stream>(std::move(socket), std::move(context), stream::side::server,
                                      std::move(line));
}

std::unique_ptr<stream> make_tls_stream(tcp_socket socket, context_ptr context, stream::side s) {
  return std::make_unique<tls_stream>(std::move(socket), std::move(context), s);
}

} // namespace asio_chat::transport
