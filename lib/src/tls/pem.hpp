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

/// The same from a file or from all `*.pem`, `*.crt` and `*.cer` of a directory.
result<std::vector<certificate_ptr>> read_trust_anchors(const std::string& path,
                                                        const std::string& what);

/// Whether the key in a file asks for a passphrase.
result<bool> key_is_encrypted(const std::string& path);

/// @param passphrase of an encrypted key, or empty
result<key_ptr> read_private_key(const std::string& path, const std::string& passphrase);

/// Whether the two belong together.
result<void> check_pair(X509* certificate, const std::string& certificate_path, EVP_PKEY* key,
                        const std::string& key_path);

} // namespace asio_chat::tls
