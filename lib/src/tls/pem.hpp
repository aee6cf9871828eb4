// Certificates and keys out of PEM files, with a sentence for everything that can be wrong.
#pragma once

#include "tls/openssl_ptr.hpp"

#include <asio_chat/error.hpp>

#include <string>
#include <vector>

namespace asio_chat::tls {

/// All certificates of a file, at least one.
/// @param what for the sentence of a failure, e.g. `the CA file`
result<std::vector<certificate_ptr>> read_certificates(const std::string& path,
                                                       const std::string& what);

/// The same of PEM in memory.
/// @param where it is, for the sentence of a failure, e.g. `certificate_pem`
result<std::vector<certificate_ptr>> parse_certificates(const std::string& text,
                                                        const std::string& where);

/// The same from a file or from all `*.pem`, `*.crt` and `*.cer` of a directory.
result<std::vector<certificate_ptr>> read_trust_anchors(const std::string& path,
                                                        const std::string& what);

/// Whether the key in a file asks for a passphrase.
result<bool> key_is_encrypted(const std::string& path);

/// @param passphrase of an encrypted key, or empty
result<key_ptr> read_private_key(const std::string& path, const std::string& passphrase);

/// The same of PEM in memory.
result<key_ptr> parse_private_key(const std::string& text, const std::string& passphrase,
                                  const std::string& where);

/// As the sentences of failures name a file: `the CA file 'ca.pem'`.
std::string file_called(const std::string& what, const std::string& path);

/// Whether the two belong together.
/// @param certificate_where, key_where for the sentence
result<void> check_pair(X509* certificate, const std::string& certificate_where, EVP_PKEY* key,
                        const std::string& key_where);

} // namespace asio_chat::tls
