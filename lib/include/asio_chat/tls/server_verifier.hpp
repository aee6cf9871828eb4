// Decides on the client's side whether the server is the one that was meant.
#pragma once

#include <asio_chat/error.hpp>
#include <asio_chat/tls/certificate_info.hpp>
#include <asio_chat/tls_config.hpp>

#include <openssl/ssl.h>

#include <optional>
#include <string>

namespace asio_chat::tls {

/// One per connection, made of the same settings as its context:
///
///     server_verifier verifier(config, host);
///     verifier.attach(stream.native_handle()).value(); // throws asio_chat::error
///     stream.handshake(stream.client, error);
///     verifier.outcome(stream.native_handle(), error).value();
///
/// Must outlive the handshake, and `config` must outlive it.
///
/// The server is asked for a staple: its CA's OCSP response about its certificate (RFC 6066, 8).
///
///     staple                             certificate      certificate with must-staple (RFC 7633)
///     says `revoked`                     refused          refused
///     says `good`                        accepted         accepted
///     says `unknown`                     accepted         refused
///     of another certificate, out of
///     date, damaged, wrongly signed      as if none came  refused
///     none                               accepted         refused
///
/// What is not signed by the certificate's issuer, or by whom the issuer has delegated that to,
/// proves nothing in either direction, so only a staple that holds can refuse.
class server_verifier {
 public:
  /// @param host as the user gave it; `config.server_name` goes before it
  server_verifier(const tls_client_config& config, std::string host);
  server_verifier(const tls_client_config&& config, std::string host) = delete;
  server_verifier(const server_verifier&) = delete;
  server_verifier& operator=(const server_verifier&) = delete;

  /// Before the handshake: SNI (unless the host is an address, RFC 6066, 3), the name to verify
  /// (SSL_set1_host, or the address), the verify callback, and the question for a staple.
  result<void> attach(SSL* ssl);

  /// Lets staples be judged in the handshakes of a context. `make_client_context` has done so.
  static void judge_staples(SSL_CTX* context) noexcept;

  /// After the handshake, whether it failed or not. `handshake_error` is what it ended with.
  /// The value says by what the server was verified: the CA file's name, `the system's store`, or
  /// `pin`. A failure has one of the trust codes of `errc` where the certificate was the reason and
  /// its sentence names host, what is wrong, and what would be right.
  result<std::string> outcome(SSL* ssl, const error_code& handshake_error) const;

  /// The server's certificate, as soon as it was seen, also where it was refused.
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
