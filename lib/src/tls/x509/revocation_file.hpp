// A CA's revocation list on the disk. There is no other record of what was revoked.
#pragma once

#include "base/file.hpp"
#include "tls/x509/revocation_list.hpp"

#include <asio_chat/error.hpp>

#include <optional>
#include <string>

namespace asio_chat::tls::x509 {

/// While this lives no other process changes the file: two that revoke at the same time do so one
/// after the other, and neither's entry is lost.
class revocation_file {
 public:
  /// A file that is not there is no failure: the CA has revoked nothing yet.
  static result<revocation_file> open(const std::string& path, X509* ca);

  const std::optional<revocation_list>& list() const noexcept { return list_; }

  /// Issues the next list and puts it in the place of the one before, whole or not at all.
  /// @param added may be null
  result<void> reissue(const identity& ca, int days, const revocation* added = nullptr);

 private:
  revocation_file(std::string path, file_descriptor lock, std::optional<revocation_list> list)
      : path_(std::move(path))
      , lock_(std::move(lock))
      , list_(std::move(list)) {}

  std::string path_;
  file_descriptor lock_;
  std::optional<revocation_list> list_;
};

} // namespace asio_chat::tls::x509
