// The staple of a server: what its CA says about its certificate, handed out in handshakes.
#pragma once

#include "tls/ocsp_answer.hpp"

#include <asio_chat/error.hpp>

#include <openssl/ssl.h>

#include <chrono>
#include <optional>
#include <string>

namespace asio_chat::tls {

struct ocsp_response {
  std::string der;
  ocsp_answer answer;
};

/// A response that says `good` or `revoked` about the certificate and is signed as it should be, in
/// time or not: only the sending depends on that.
/// @param where begins the sentence of a failure, e.g. `the OCSP response 'FILE'`
result<ocsp_response> check_ocsp_response(std::string der, X509* certificate, X509* issuer,
                                          const std::string& where);

/// The one thing of a server's context that changes while handshakes run with it. A handshake that
/// asks for a staple gets the one that there is, unless it is out of date.
class ocsp_stapler {
 public:
  /// For a context that has its certificate and chain; without a staple as yet.
  static result<ocsp_stapler*> install(SSL_CTX* context);
  /// The one of a context; null if there is none.
  static ocsp_stapler* of(const SSL_CTX* context) noexcept;

  ocsp_stapler(const ocsp_stapler&) = delete;
  ocsp_stapler& operator=(const ocsp_stapler&) = delete;

  X509* certificate() const noexcept { return certificate_; }
  X509* issuer() const noexcept { return issuer_; }

  /// What a file held.
  /// @param path for the sentence of a failure
  result<void> use(std::string der, const std::string& path);
  /// Of this certificate.
  void take(ocsp_response response) { response_ = std::move(response); }
  const std::optional<ocsp_response>& now() const noexcept { return response_; }

 private:
  ocsp_stapler(X509* certificate, X509* issuer)
      : certificate_(certificate)
      , issuer_(issuer) {}
  static int slot();
  static int send(SSL* ssl, void* unused) noexcept;

  X509* certificate_; ///< the context's, as is the next one
  X509* issuer_;
  std::optional<ocsp_response> response_;
};

} // namespace asio_chat::tls
