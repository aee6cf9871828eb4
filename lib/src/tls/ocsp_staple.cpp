#include "tls/ocsp_staple.hpp"

namespace asio_chat::tls {

void on_staple(SSL_CTX* context, int (*judge)(SSL*, void*)) noexcept {
  SSL_CTX_callback_ctrl(context, SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB,
                        reinterpret_cast<void (*)()>(judge));
}

bool ask_for_staple(SSL* ssl) noexcept {
  return SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_STATUS_REQ_TYPE, TLSEXT_STATUSTYPE_ocsp, nullptr) == 1;
}

ocsp_staple read_staple(SSL* ssl) {
  ocsp_staple staple;
  const unsigned char* der = nullptr;
  const long length = SSL_ctrl(ssl, SSL_CTRL_GET_TLSEXT_STATUS_REQ_OCSP_RESP, 0, &der);
  X509* certificate = SSL_get0_peer_certificate(ssl);
  if (length <= 0 || der == nullptr || certificate == nullptr) return staple;
  X509* issuer = issuer_among(certificate, SSL_get0_verified_chain(ssl));
  if (issuer == nullptr) issuer = issuer_among(certificate, SSL_get_peer_cert_chain(ssl));
  staple.given = true;
  staple.answer = read_ocsp_answer(
      {reinterpret_cast<const char*>(der), static_cast<std::size_t>(length)}, certificate, issuer);
  return staple;
}

} // namespace asio_chat::tls
