// The contents of a certificate, for a person or a program to read.
#pragma once

#include <asio_chat/error.hpp>

#include <openssl/x509.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace asio_chat::tls {

/// The fields of an X.509 certificate (RFC 5280, 4).
struct certificate_info {
  std::string subject;     ///< as RFC 2253 writes it, e.g. `CN=localhost`
  std::string common_name; ///< the last one of the subject; empty if it has none
  std::string issuer;      ///< written like `subject`
  std::string serial;      ///< hexadecimal, in capitals
  std::chrono::sys_seconds not_before;
  std::chrono::sys_seconds not_after;
  std::vector<std::string> dns_names;      ///< DNS names of the SubjectAltName
  std::vector<std::string> ip_names;       ///< addresses of the SubjectAltName
  std::vector<std::string> crl_addresses;  ///< URIs of the CA's revocation lists
  std::vector<std::string> ocsp_addresses; ///< URIs of the CA's OCSP responders
  std::string key;                         ///< e.g. `EC P-256`, `RSA 2048`, `Ed25519`
  std::string signature;                   ///< e.g. `ecdsa-with-SHA256`
  std::string fingerprint;                 ///< SHA-256 of the DER form, `AB:CD:…`
  std::string pin;           ///< `sha256/BASE64` of the SubjectPublicKeyInfo (RFC 7469, 2.4)
  std::size_t der_bytes = 0; ///< the size of the DER form
  bool self_issued = false;  ///< whether subject and issuer are the same
  bool ca = false;           ///< whether it may issue certificates (basicConstraints)
};

/// Reads a certificate, which must not be null and stays the caller's. Control characters and bytes
/// above 127 in names are escaped (RFC 2253), so that the result can be printed.
certificate_info describe(X509* certificate);

/// Reads the first certificate of a PEM file. Fails with `errc::bad_certificate_file` if there is
/// none.
result<certificate_info> describe_file(const std::string& path);

/// Writes a serial number in hexadecimal, two digits for each byte, as in
/// `certificate_info::serial`.
std::string serial_text(const ASN1_INTEGER* serial);

/// Converts a time of a certificate; 1970-01-01 if it cannot be read.
std::chrono::sys_seconds time_of(const ASN1_TIME* time);

/// The whole days until the certificate expires, by the system's clock; negative afterwards.
long days_left(const certificate_info& info);

/// Writes a time as `2026-01-31 12:00:00 UTC`.
std::string time_text(std::chrono::sys_seconds time);

/// Writes a table for a terminal, with a line for each field.
std::string to_text(const certificate_info& info);

} // namespace asio_chat::tls
