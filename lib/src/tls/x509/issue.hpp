// Makes keys and certificates: a private CA, what it issues, and self-signed identities.
#pragma once

#include "tls/openssl_ptr.hpp"

#include <asio_chat/error.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat::tls::x509 {

using tls::certificate_ptr;
using tls::key_ptr;

enum class key_kind { ecdsa_p256, rsa, ed25519 };

enum class role {
  ca,          ///< signs others: basicConstraints CA, keyUsage keyCertSign and cRLSign
  server,      ///< extendedKeyUsage serverAuth
  client,      ///< extendedKeyUsage clientAuth
  self_signed, ///< an identity that vouches for itself and nobody else; usable at both ends
};

struct request {
  std::string common_name; ///< at most 64 bytes; may be empty where a CA issues for other names
  std::vector<std::string> dns_names;
  std::vector<std::string> ip_names;
  role for_role = role::server;
  key_kind kind = key_kind::ecdsa_p256;
  int rsa_bits = 2048;                                               ///< at least 2048
  int days = 365;                                                    ///< from `not_before`
  std::optional<std::chrono::sys_seconds> not_before = std::nullopt; ///< none: now
};

struct identity {
  key_ptr key;
  certificate_ptr certificate;
  std::vector<certificate_ptr> chain = {}; ///< what stands behind it in its file
};

/// The longest common name, in bytes (ub-common-name, RFC 5280, A.1).
inline constexpr std::size_t max_common_name = 64;

/// A new key and its certificate, signed by `issuer`, or by itself where there is none. Signed
/// with SHA-256 (Ed25519: as RFC 8410 says); 128-bit random serial number (RFC 5280, 4.1.2.2).
result<identity> issue(const request& what, const identity* issuer = nullptr);

/// @param passphrase of an encrypted key, or empty
result<identity> load(const std::string& certificate_path, const std::string& key_path,
                      const std::string& passphrase = {});

struct save_options {
  bool force = false;     ///< overwrite what is there
  bool keep_old = false;  ///< with `force`: what was there is afterwards FILE.old
  std::string passphrase; ///< not empty: the key is encrypted (PKCS#8, PBES2 with AES-256)
};

/// Writes the key (PKCS#8 PEM, mode 0600) and the certificate with its chain (PEM, 0644). Nothing
/// is written if either file is there and `force` is not set; a file appears whole or not at all.
result<void> save(const identity& what, const std::string& certificate_path,
                  const std::string& key_path, const save_options& options = {});

/// The certificate alone: its key stays where it is.
result<void> save_certificate(const identity& what, const std::string& path,
                              const save_options& options = {});

} // namespace asio_chat::tls::x509
