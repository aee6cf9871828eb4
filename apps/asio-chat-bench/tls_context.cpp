#include "tls_context.hpp"

#include "error.hpp"

#include <fmt/format.h>
#include <openssl/err.h>

#include <cstring>

namespace asio_chat::bench {

namespace {

ssl_ctx_ptr make_context(const SSL_METHOD* method) {
  ssl_ctx_ptr context(SSL_CTX_new(method));
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION) != 1 ||
      SSL_CTX_set_ciphersuites(context.get(), cipher_suite) != 1)
    throw setup_error(fmt::format("TLS 1.3 with {}: {}", cipher_suite, take_tls_error()));
  // A queue may move and grow between two attempts to write what is at its front.
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return context;
}

} // namespace

ssl_ctx_ptr client_context(const std::string& ca_file, std::string_view alpn) {
  auto context = make_context(TLS_client_method());
  if (SSL_CTX_load_verify_file(context.get(), ca_file.c_str()) != 1)
    throw setup_error(
        fmt::format("'{}' is no file of CA certificates in PEM: {}", ca_file, take_tls_error()));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  // One system call takes whatever has come, instead of two per record.
  SSL_CTX_set_read_ahead(context.get(), 1);
  SSL_CTX_set_default_read_buffer_len(context.get(), 2 * record_bytes);
  if (alpn.empty()) return context;
  const auto offer = static_cast<char>(alpn.size()) + std::string(alpn);
  SSL_CTX_set_alpn_protos(context.get(), reinterpret_cast<const unsigned char*>(offer.data()),
                          static_cast<unsigned>(offer.size()));
  return context;
}

ssl_ctx_ptr server_context(const std::string& certificate_file, const std::string& key_file,
                           bool tickets) {
  auto context = make_context(TLS_server_method());
  SSL_CTX_set_num_tickets(context.get(), tickets ? 1 : 0);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1)
    throw setup_error(
        fmt::format("'{}' is no certificate in PEM: {}", certificate_file, take_tls_error()));
  if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1)
    throw setup_error(fmt::format("'{}' is not the private key in PEM of '{}': {}", key_file,
                                  certificate_file, take_tls_error()));
  return context;
}

std::string take_tls_error() {
  const auto code = ERR_get_error();
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(code)) return std::strerror(ERR_GET_REASON(code));
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "no reason given" : reason;
}

} // namespace asio_chat::bench
