#include "tls/ocsp_staple.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace asio_chat::tls {

namespace {

failure refuse(const std::string& where, const std::string& why) {
  return fail(errc::bad_certificate_file, fmt::format("{} {}", where, why));
}

} // namespace

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

result<ocsp_response> check_ocsp_response(std::string der, X509* certificate, X509* issuer,
                                          const std::string& where) {
  ocsp_response response{std::move(der), {}};
  response.answer = read_ocsp_answer(response.der, certificate, issuer);
  const ocsp_answer& answer = response.answer;
  if (answer.status == "damaged")
    return refuse(where, "is none: one in DER is asked for, as `openssl ocsp -respout` writes it");
  if (answer.status == "of another certificate")
    return refuse(where, fmt::format("is about another certificate than the server's ({}, serial "
                                     "number {})",
                                     describe(certificate).subject, describe(certificate).serial));
  if (!answer.about_it)
    return refuse(where, fmt::format("is only an excuse of the responder: {}", answer.status));
  if (!answer.signed_by_ca)
    return refuse(where, fmt::format("is not signed by the certificate's issuer, '{}', or by whom "
                                     "that has delegated it to",
                                     describe(issuer).subject));
  if (answer.status == "unknown")
    return refuse(where, "says that the responder does not know the server's certificate");
  if (answer.next_update == std::chrono::sys_seconds())
    return refuse(where,
                  "does not say how long it is good (nextUpdate): clients cannot rely on it");
  return response;
}

int ocsp_stapler::slot() {
  static const int slot = SSL_CTX_get_ex_new_index(
      0, nullptr, nullptr, nullptr, [](void*, void* stapler, CRYPTO_EX_DATA*, int, long, void*) {
        delete static_cast<ocsp_stapler*>(stapler);
      });
  return slot;
}

ocsp_stapler* ocsp_stapler::of(const SSL_CTX* context) noexcept {
  return static_cast<ocsp_stapler*>(SSL_CTX_get_ex_data(context, slot()));
}

result<ocsp_stapler*> ocsp_stapler::install(SSL_CTX* context) {
  X509* certificate = SSL_CTX_get0_certificate(context);
  STACK_OF(X509)* chain = nullptr;
  SSL_CTX_ctrl(context, SSL_CTRL_GET_CHAIN_CERTS, 0, &chain);
  X509* issuer = issuer_among(certificate, chain);
  if (issuer == nullptr)
    return fail(errc::bad_certificate_file,
                fmt::format("an OCSP response is verified by the certificate of the issuer, '{}', "
                            "which is not in the certificate file: append it there",
                            describe(certificate).issuer));
  std::unique_ptr<ocsp_stapler> made(new ocsp_stapler(certificate, issuer));
  if (SSL_CTX_set_ex_data(context, slot(), made.get()) != 1)
    return fail(errc::bad_setting, "OpenSSL cannot be told to staple");
  on_staple(context, &ocsp_stapler::send);
  return made.release();
}

result<void> ocsp_stapler::use(std::string der, const std::string& path) {
  auto checked = check_ocsp_response(std::move(der), certificate_, issuer_,
                                     fmt::format("the OCSP response '{}'", path));
  if (!checked) return checked.error();
  take(*std::move(checked));
  return {};
}

int ocsp_stapler::send(SSL* ssl, void*) noexcept {
  const auto& response = of(SSL_get_SSL_CTX(ssl))->response_;
  if (!response) return SSL_TLSEXT_ERR_NOACK;
  const auto now = system_wall_now();
  if (response->answer.next_update <= now || response->answer.this_update > now)
    return SSL_TLSEXT_ERR_NOACK;
  // OpenSSL frees it with the session.
  void* copy = OPENSSL_memdup(response->der.data(), response->der.size());
  if (copy == nullptr) return SSL_TLSEXT_ERR_NOACK;
  SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_STATUS_REQ_OCSP_RESP, static_cast<long>(response->der.size()),
           copy);
  return SSL_TLSEXT_ERR_OK;
}

} // namespace asio_chat::tls
