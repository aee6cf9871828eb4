// Decides on the client's side whether the server is the intended one.
#pragma once

#include <asio_chat/error.hpp>
#include <asio_chat/tls/certificate_info.hpp>
#include <asio_chat/tls_config.hpp>

#include <openssl/ssl.h>

#include <optional>
#include <string>

namespace asio_chat::tls {

/// Verifies the server of one connection. It is made from the same settings as the context:
///
///     server_verifier verifier(config, host);
///     verifier.attach(stream.native_handle()).value(); // throws asio_chat::error
///     stream.handshake(stream.client, error);
///     verifier.outcome(stream.native_handle(), error).value();
///
/// It must outlive the handshake, and `config` must outlive it: it keeps a reference.
///
/// It asks the server for a staple, which is the CA's OCSP response about the certificate (RFC
/// 6066, 8), and judges the response:
///
///     staple                             certificate      certificate with must-staple (RFC 7633)
///     says `revoked`                     refused          refused
///     says `good`                        accepted         accepted
///     says `unknown`                     accepted         refused
///     of another certificate, out of
///     date, damaged, wrongly signed      as if none came  refused
///     none                               accepted         refused
///
/// A response that is not signed by the issuer of the certificate, or by a delegate of the issuer,
/// proves nothing, neither for nor against the certificate.
class server_verifier {
 public:
  /// @param host the host as the user gave it; `config.server_name`, if it is set, replaces it
  server_verifier(const tls_client_config& config, std::string host);
  server_verifier(const tls_client_config&& config, std::string host) = delete;
  server_verifier(const server_verifier&) = delete;
  server_verifier& operator=(const server_verifier&) = delete;

  /// Call it before the handshake. It sets SNI (unless the host is an address, RFC 6066, 3), the
  /// name or address to verify, the verify callback, and the request for a staple. Fails with
  /// `errc::bad_setting` if the host or a pin cannot be used.
  result<void> attach(SSL* ssl);

  /// Makes the handshakes of a context judge staples. `make_client_context` has done it already.
  static void judge_staples(SSL_CTX* context) noexcept;

  /// Call it after the handshake, whether that failed or not, and use the connection only if it
  /// succeeds. `handshake_error` is the error that the handshake ended with.
  /// @returns what the server was verified by: the name of the CA file, `the system's store`, or
  /// `pin`. Where the certificate was the reason, a failure has one of the trust errors of `errc`;
  /// its sentence names the host, what is wrong, and what would be right.
  result<std::string> outcome(SSL* ssl, const error_code& handshake_error) const;

  /// The server's certificate, also where it was refused; no value before it was seen.
  const std::optional<certificate_info>& seen() const noexcept { return seen_; }

 private:
  static int verify(int preverified, X509_STORE_CTX* store) noexcept;
  static int verify_staple(SSL* ssl, void* unused) noexcept;
  bool pinned(X509* leaf) const;
  failure refusal() const;

  const tls_client_config& config_;
  std::string host_;
  std::optional<certificate_info> seen_;
  int verify_error_ = 0;  ///< X509_V_ERR_…
  int problem_depth_ = 0; ///< in the chain; 0 is the server's own certificate
  bool by_pin_ = false;
  std::string staple_problem_; ///< completes a sentence about the certificate
};

} // namespace asio_chat::tls
