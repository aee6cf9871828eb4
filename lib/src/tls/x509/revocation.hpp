// One certificate that a CA has taken back.
#pragma once

#include "tls/openssl_ptr.hpp"

#include <asio_chat/error.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::tls::x509 {

using revoked_ptr = openssl_ptr<X509_REVOKED, X509_REVOKED_free>;

/// The reasons that can be given, as RFC 5280, 5.3.1 names them. Not there: what can be taken back
/// again (certificateHold), and what is said by giving none (unspecified).
std::vector<std::string> revocation_reasons();

/// A serial number as it is compared and shown: hexadecimal, as `certificate_info::serial`.
/// Takes also small letters, colons between bytes, and zeros or `0x` before.
result<std::string> parse_serial(std::string_view text);

struct revocation {
  std::string serial; ///< of the form of `parse_serial`
  std::chrono::sys_seconds when;
  std::string reason; ///< empty: none was given
};

/// The entry of a list; null if OpenSSL fails or the reason is none of `revocation_reasons`.
revoked_ptr make_entry(const revocation& what);

revocation read_entry(const X509_REVOKED* entry);

} // namespace asio_chat::tls::x509
