// OCSP (RFC 6960): what a responder is asked, where it is, and what it says about a certificate.
#pragma once

#include "base/clock.hpp"
#include "tls/openssl_ptr.hpp"

#include <asio_chat/error.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace asio_chat::tls {

/// Where a responder is. Its answers are signed, so HTTP without TLS is what OCSP uses: TLS would
/// need a certificate that is not revoked.
struct responder_address {
  std::string host;
  std::string port;
  std::string target; ///< of the HTTP request, e.g. `/ocsp`

  std::string authority() const; ///< as the Host header has it
};

/// `http://HOST[:PORT][/PATH][?QUERY]`. The failure's sentence goes on after the quoted URL.
result<responder_address> parse_responder(const std::string& url);

/// The first one over HTTP that a certificate names (Authority Information Access).
result<responder_address> responder_of(X509* certificate);

/// An OCSPRequest in DER. It has no nonce, so that the responder may answer from a cache.
result<std::string> make_ocsp_request(const X509* certificate, const X509* issuer);

struct ocsp_answer {
  std::string status;        ///< `good`, `revoked`, `unknown`, or what is wrong with the response
  bool about_it = false;     ///< it is one of those three
  bool signed_by_ca = false; ///< or by a delegate of the certificate's issuer
  std::chrono::sys_seconds this_update = {};
  std::chrono::sys_seconds next_update = {}; ///< the epoch: there is none

  /// Why it proves nothing; empty if it does. What names no end is never in time, or it could be
  /// replayed for ever.
  std::string problem(wall_time now) const;
  bool holds(wall_time now) const { return problem(now).empty(); }
  bool is_revoked() const { return status == "revoked"; }
};

/// @param der an OCSPResponse
/// @param issuer the signer of the certificate; its word alone counts
ocsp_answer read_ocsp_answer(std::string_view der, X509* certificate, X509* issuer);

/// The signer of a certificate, by name and key; null if it is none of these.
X509* issuer_among(X509* certificate, const STACK_OF(X509) * candidates);

/// Whether its CA says that it is good only with a staple (TLS Feature, RFC 7633).
bool must_staple(const X509* certificate);

} // namespace asio_chat::tls
