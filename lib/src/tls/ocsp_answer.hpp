// What an OCSP responder says about one certificate (RFC 6960).
#pragma once

#include "base/clock.hpp"
#include "tls/openssl_ptr.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace asio_chat::tls {

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
