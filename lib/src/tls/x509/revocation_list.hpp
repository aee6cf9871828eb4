// What a CA has taken back: its certificate revocation list (RFC 5280, 5), and its file.
#pragma once

#include "base/file.hpp"
#include "tls/x509/issue.hpp"
#include "tls/x509/revocation.hpp"

#include <asio_chat/error.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace asio_chat::tls::x509 {

using crl_ptr = openssl_ptr<X509_CRL, X509_CRL_free>;

/// A list as it was issued; `reissue` makes the next one out of it.
class revocation_list {
 public:
  /// @param ca the CA that must have signed it
  static result<revocation_list> read(const std::string& path, X509* ca);

  /// The first list of a CA has nothing before it, and number 1. Each other one has all entries of
  /// its predecessor, entry by entry as they are, and the next number.
  /// @param added may be null; its serial is in no entry yet
  static result<revocation_list> reissue(const revocation_list* before, const revocation* added,
                                         const identity& ca, int days);

  std::optional<revocation> find(const std::string& serial) const;
  std::size_t size() const;
  std::string number() const; ///< decimal; empty in a list of version 1
  std::chrono::sys_seconds this_update() const;
  std::chrono::sys_seconds next_update() const; ///< the epoch, if it names none

  std::string pem() const;
  const X509_CRL* get() const noexcept { return crl_.get(); }

 private:
  explicit revocation_list(crl_ptr crl)
      : crl_(std::move(crl)) {}

  crl_ptr crl_;
};

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
