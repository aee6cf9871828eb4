// Certificates that are good no more: revocation lists, and a list of one's own.
#pragma once

#include "tls/openssl_ptr.hpp"

#include <asio_chat/error.hpp>

#include <openssl/x509.h>

#include <chrono>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace asio_chat::tls {

/// From here on every certificate of a chain verified by this store must be covered by a list of
/// its issuer that is not out of date (RFC 5280, 6.3). What no list covers is refused.
/// @param path a file with one list or several, or a directory of `*.pem` and `*.crl` files
/// @param issuers each must have a list there, or nobody of it could come in
result<void> check_revocation(X509_STORE* store, const std::string& path,
                              const std::vector<certificate_ptr>& issuers);

/// When the first list of a store runs out, and with it everybody who needs it; none without lists.
std::optional<std::chrono::sys_seconds> lists_end(X509_STORE* store);

/// The kill switch: fingerprints of certificates that are refused whoever issued them.
class block_list {
 public:
  /// A SHA-256 fingerprint on each line, with or without colons; `#` begins a comment. The file
  /// must not be empty and must end with a line's end: one that was cut off is not taken.
  static result<block_list> read(const std::string& path);

  bool contains(const X509* certificate) const;
  std::size_t size() const noexcept { return fingerprints_.size(); }

 private:
  std::unordered_set<std::string> fingerprints_; ///< 32 bytes each
};

} // namespace asio_chat::tls
