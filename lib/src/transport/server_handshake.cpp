#include "transport/server_handshake.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <new>
#include <utility>

namespace asio_chat::transport {

namespace asio = boost::asio;

namespace {

/// The longest record of the server's flight.
constexpr long handshake_record = 4096;

} // namespace

server_handshake::server_handshake(tcp_socket&& socket, SSL_CTX* context, handshake_line line)
    : socket_(std::move(socket))
    , ssl_(SSL_new(context))
    , out_(socket_)
    , line_(std::move(line)) {
  error_code ignored; // of a socket that is gone the first read says so
  socket_.native_non_blocking(true, ignored);
  BIO* in = BIO_new_socket(socket_.native_handle(), BIO_NOCLOSE);
  if (!ssl_ || in == nullptr) {
    BIO_free(in);
    throw std::bad_alloc();
  }
  SSL_set0_rbio(ssl_.get(), in);
  SSL_set0_wbio(ssl_.get(), out_.make_bio());
  // OpenSSL makes a buffer for a whole record before it has anything to write.
  SSL_set_max_send_fragment(ssl_.get(), handshake_record);
  SSL_set_accept_state(ssl_.get());
}

void server_handshake::go_on(done then) {
  // The queue of errors is the thread's: it may hold what another connection has left.
  ERR_clear_error();
  errno = 0;
  const int result = SSL_do_handshake(ssl_.get());
  const int system_error = errno;
  if (result == 1) return end(std::move(then), {});
  switch (const int why = SSL_get_error(ssl_.get(), result)) {
  case SSL_ERROR_WANT_READ:
    if (hello_is_too_long()) return end(std::move(then), asio::error::message_size);
    return wait(std::move(then));
  case SSL_ERROR_WANT_WRITE:
    return out_.wait_until_idle([this, then = std::move(then)](const error_code&) { go_on(then); });
  default:
    return end(std::move(then), failure_of(why, system_error));
  }
}

void server_handshake::wait(done then) {
  socket_.async_wait(tcp_socket::wait_read, [this, then = std::move(then)](const error_code& e) {
    if (e) return then(e);
    line_.take_turn([this, then] {
      // Closed while it waited: another connection may have its descriptor.
      socket_.is_open() ? go_on(then) : then(asio::error::operation_aborted);
    });
  });
}

bool server_handshake::hello_is_too_long() const noexcept {
  const auto at = SSL_get_state(ssl_.get());
  const bool before = at == TLS_ST_BEFORE || at == TLS_ST_SR_CLNT_HELLO;
  return before && BIO_number_read(SSL_get_rbio(ssl_.get())) > max_hello;
}

error_code server_handshake::failure_of(int ssl_error, int system_error) const {
  if (ssl_error == SSL_ERROR_SSL) {
    const unsigned long first = ERR_get_error();
    if (ERR_GET_REASON(first) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
      return asio::ssl::error::stream_truncated;
    return {static_cast<int>(first), asio::error::get_ssl_category()};
  }
  if (out_.failure()) return out_.failure();
  if (system_error != 0) return {system_error, boost::system::system_category()};
  return asio::ssl::error::stream_truncated;
}

void server_handshake::end(done then, const error_code& e) {
  if (e) discard_input(socket_.native_handle()); // for the alert that says what was wrong
  if (out_.idle() || out_.failure()) return then(e);
  out_.wait_until_idle([then = std::move(then), e](const error_code& not_sent) {
    const error_code first = e ? e : not_sent;
    then(first);
  });
}

ssl_ptr server_handshake::take_tls() {
  SSL_set_bio(ssl_.get(), nullptr, nullptr);
  SSL_set_max_send_fragment(ssl_.get(), SSL3_RT_MAX_PLAIN_LENGTH);
  SSL_set_split_send_fragment(ssl_.get(), SSL3_RT_MAX_PLAIN_LENGTH);
  return std::move(ssl_);
}

void discard_input(int socket) noexcept {
  constexpr int most = 16;
  std::array<char, 4096> unread;
  for (int i = 0; i < most; ++i)
    if (::recv(socket, unread.data(), unread.size(), MSG_DONTWAIT) <= 0) return;
}

} // namespace asio_chat::transport
