// The kill switch for certificates.
#pragma once

#include "tls/sha256.hpp"

#include <asio_chat/error.hpp>

#include <set>
#include <string>

namespace asio_chat::tls {

/// Fingerprints of certificates that are refused whatever CA issued them.
class block_list {
 public:
  /// A SHA-256 fingerprint on each line, with or without colons; `#` begins a comment. The file
  /// must not be empty and must end with a line's end: one that was cut off is not taken.
  static result<block_list> read(const std::string& path);

  bool contains(const X509* certificate) const;
  std::size_t size() const noexcept { return fingerprints_.size(); }

 private:
  std::set<sha256_digest> fingerprints_;
};

} // namespace asio_chat::tls
