// A certificate as a person or a program wants to read it.
#pragma once

#include <asio_chat/error.hpp>

#include <openssl/x509.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace asio_chat::tls {

struct certificate_info {
  std::string subject; ///< RFC 2253, e.g. `CN=localhost`
  std::string common_name;
  std::string issuer;
  std::string serial; ///< hexadecimal
  std::chrono::sys_seconds not_before;
  std::chrono::sys_seconds not_after;
  std::vector<std::string> dns_names; ///< of the SubjectAltName
  std::vector<std::string> ip_names;
  std::vector<std::string> crl_addresses;  ///< where its CA says what it revoked
  std::vector<std::string> ocsp_addresses; ///< where to ask whether it is revoked
  std::string key;                         ///< e.g. `EC P-256`, `RSA 2048`, `Ed25519`
  std::string signature;                   ///< e.g. `ecdsa-with-SHA256`
  std::string fingerprint;                 ///< SHA-256 of the DER form, `AB:CD:…`
  std::string pin; ///< `sha256/BASE64` of the SubjectPublicKeyInfo (RFC 7469, 2.4)
  std::size_t der_bytes = 0;
  bool self_issued = false;
  bool ca = false;
};

/// Reads a certificate. Foreign bytes in names come out escaped (RFC 2253), so that the result can
/// be printed.
certificate_info describe(X509* certificate);

/// The first certificate of a PEM file.
result<certificate_info> describe_file(const std::string& path);

/// Hexadecimal, two digits a byte, as `certificate_info::serial`.
std::string serial_text(const ASN1_INTEGER* serial);

/// The epoch for a time that cannot be read.
std::chrono::sys_seconds time_of(const ASN1_TIME* time);

/// Whole days until it is over; negative afterwards.
long days_left(const certificate_info& info);

/// `2026-01-31 12:00:00 UTC`
std::string time_text(std::chrono::sys_seconds time);

/// A table for a terminal: a line per field.
std::string to_text(const certificate_info& info);

} // namespace asio_chat::tls
