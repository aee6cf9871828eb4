#include "tls_socket.hpp"

#include "error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace asio_chat::bench {

tls_socket::tls_socket(unique_fd fd, SSL_CTX* context)
    : fd_(std::move(fd))
    , ssl_(SSL_new(context)) {
  if (!ssl_ || SSL_set_fd(ssl_.get(), fd_.get()) != 1)
    throw run_error("cannot make a TLS connection: " + take_tls_error());
  SSL_set_accept_state(ssl_.get());
}

tls_socket::tls_socket(unique_fd fd, SSL_CTX* context, const std::string& host)
    : tls_socket(std::move(fd), context) {
  SSL_set_connect_state(ssl_.get());
  auto* parameters = SSL_get0_param(ssl_.get());
  if (X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1) return;
  ERR_clear_error();
  SSL_set_hostflags(ssl_.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  // The macro for this call casts in the old style.
  const auto named = SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                              const_cast<char*>(host.c_str()));
  if (named != 1 || SSL_set1_host(ssl_.get(), host.c_str()) != 1)
    throw setup_error("'" + host + "' is no host name");
}

tls_socket::~tls_socket() {
  if (ssl_ && SSL_is_init_finished(ssl_.get()) == 1 && reason_.empty()) SSL_shutdown(ssl_.get());
}

ssl_session_ptr tls_socket::ticket() const {
  ssl_session_ptr session(SSL_get1_session(ssl_.get()));
  if (!session || SSL_SESSION_is_resumable(session.get()) != 1) return nullptr;
  return session;
}

tls_result tls_socket::handshake() {
  ERR_clear_error();
  return result(SSL_do_handshake(ssl_.get()), 0);
}

tls_result tls_socket::read(std::span<char> into) {
  ERR_clear_error();
  std::size_t bytes = 0;
  const int status = SSL_read_ex(ssl_.get(), into.data(), into.size(), &bytes);
  return result(status, bytes);
}

tls_result tls_socket::write(std::string_view bytes) {
  ERR_clear_error();
  std::size_t written = 0;
  const int status =
      SSL_write_ex(ssl_.get(), bytes.data(), std::min(bytes.size(), record_bytes), &written);
  return result(status, written);
}

tls_result tls_socket::result(int status, std::size_t bytes) {
  if (status == 1) return {tls_status::done, bytes};
  const int system_error = errno;
  switch (SSL_get_error(ssl_.get(), status)) {
  case SSL_ERROR_WANT_READ:
    return {tls_status::want_read};
  case SSL_ERROR_WANT_WRITE:
    return {tls_status::want_write};
  case SSL_ERROR_ZERO_RETURN:
    reason_ = "the other side closed the connection";
    break;
  case SSL_ERROR_SYSCALL:
    reason_ = system_error == 0 ? "the connection ended" : std::strerror(system_error);
    break;
  default: {
    const auto verified = SSL_get_verify_result(ssl_.get());
    reason_ = take_tls_error();
    if (verified != X509_V_OK)
      reason_ += std::string(" (") + X509_verify_cert_error_string(verified) + ")";
  }
  }
  return {tls_status::closed};
}

} // namespace asio_chat::bench
