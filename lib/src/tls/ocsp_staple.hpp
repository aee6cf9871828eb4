// The OCSP response that a server hands out with its certificate (RFC 6066, 8), at both ends.
#pragma once

#include "tls/ocsp.hpp"

#include <asio_chat/error.hpp>

#include <openssl/ssl.h>

#include <chrono>
#include <optional>
#include <string>

namespace asio_chat::tls {

/// @param context whose handshakes call `judge` once the server's certificate was verified, staple
/// or not; what it returns is 1 to go on, or 0 to end it by the alert
/// bad_certificate_status_response
void on_staple(SSL_CTX* context, int (*judge)(SSL*, void*)) noexcept;

/// The handshake will ask the server for one.
bool ask_for_staple(SSL* ssl) noexcept;

struct ocsp_staple {
  bool given = false;
  ocsp_answer answer = {};
};

/// After the certificate was looked at. The issuer is the one of the verified chain, or, where a
/// pin stands for the chain, the one that was sent: the signer of the certificate may revoke it.
ocsp_staple read_staple(SSL* ssl);

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
