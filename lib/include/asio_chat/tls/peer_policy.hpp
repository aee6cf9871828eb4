// Decides after a handshake whether the peer's certificate is one that may come in.
#pragma once

#include <asio_chat/error.hpp>

#include <openssl/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace asio_chat::tls {

/// OpenSSL verifies that a trusted CA has signed a certificate; a policy decides whether the holder
/// may come in, by the names in the certificate, and checks its validity time again. Either end
/// asks it after the handshake and before the first byte of the application:
///
///     const auto policy = peer_policy::parse({"cn:time-client", "dns:*.example.org"}).value();
///     policy.check(SSL_get0_peer_certificate(ssl), std::chrono::system_clock::now()).value();
///
/// A pattern is one of
///
///     cn:TEXT        the subject's commonName, the last one if there are several
///     dns:NAME       a DNS name of the SubjectAltName. Upper and lower case are the same; `*` is
///                    a label or a part of one: `*.example.org`, `time-*.example.org`
///     ip:ADDRESS     an IPv4 or IPv6 address of the SubjectAltName, however it is written
///     email:ADDRESS  an e-mail address of the SubjectAltName
///     uri:URI        a URI of the SubjectAltName, e.g. `uri:spiffe://example.org/clock`
///
/// and is compared with the whole name, byte for byte unless something else is said. One match is
/// enough. A policy is a value: copies are independent, and checks do not change it.
class peer_policy {
 public:
  /// Accepts every name and checks the validity time only.
  peer_policy() = default;

  /// Reads patterns; without any the policy is as above. Fails with `errc::bad_setting` and names
  /// the pattern that cannot be read.
  static result<peer_policy> parse(const std::vector<std::string>& patterns);

  /// Fails with `errc::no_certificate` if `peer` is null, with `errc::certificate_expired` unless
  /// notBefore <= now <= notAfter, and with `errc::untrusted_certificate` if no pattern matches.
  /// The sentence is fit for a log: what it quotes of the certificate is short, printable ASCII.
  result<void> check(X509* peer, std::chrono::system_clock::time_point now) const;

 private:
  enum class kind { cn, dns, ip, email, uri };

  /// A name of a certificate, or what one is compared with.
  struct name {
    kind of;
    std::string value; ///< UTF-8; of `dns` in lower case; of `ip` the 4 or 16 bytes
  };

  static result<name> parse_pattern(const std::string& pattern);
  static std::vector<name> names_of(const X509* certificate);
  static bool matches(const name& pattern, const name& shown);
  static std::string text_of(const name& n);
  failure refusal(const std::vector<name>& shown) const;

  std::vector<name> allowed_;
};

} // namespace asio_chat::tls
