// What the files of a server's TLS hold, read at one moment, and which of it may stay when they are
// read again.
#pragma once

#include "base/clock.hpp"
#include "tls/block_list.hpp"
#include "tls/context_setup.hpp"
#include "tls/revocation.hpp"

#include <asio_chat/error.hpp>
#include <asio_chat/tls_config.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace asio_chat::tls {

/// When a certificate or a list may be used, both ends included.
struct validity {
  std::chrono::sys_seconds begins;
  std::chrono::sys_seconds ends; ///< `no_end`, if it has none

  bool holds(wall_time now) const noexcept {
    const auto second = std::chrono::floor<std::chrono::seconds>(now);
    return begins <= second && second <= ends;
  }
};

validity validity_of(const X509* certificate);
validity validity_of(const X509_CRL* list);

/// Parts are shared with the files that were read before, where those stay.
struct server_files {
  own_certificate own;
  std::string ocsp_response; ///< DER; empty: no file of that
  std::vector<shared_certificate> anchors;
  std::vector<shared_list> lists;
  block_list blocked;
};

inline bool checks_revocation(const tls_server_config& config) {
  return !config.client_crl_file.empty() || !config.client_crl_pem.empty();
}

/// Reads and decodes; touches nothing else, so that any thread may do it. That of a key that is
/// encrypted takes a tenth of a second or more.
result<server_files> read_server_files(const tls_server_config& config);

/// A part of new files that cannot be used now, in whose place one of before stays.
struct kept_part {
  std::string what; ///< e.g. `the server's certificate`
  std::string of;   ///< its subject, or a list's issuer
  validity fresh;
  validity before;
};

/// What is not valid yet, or not any more, does not take the place of what is: for each such part
/// of `fresh` the one of `before` is put beside it, or, for the server's own certificate, in its
/// place. A file's other CAs and lists are not concerned.
std::vector<kept_part> keep_what_holds(server_files& fresh, const server_files& before,
                                       wall_time now);

/// Of what is checked against a client CA: its certificate, or its lists, of which the one counts
/// that holds longest.
struct named_validity {
  std::string of;
  validity time;
};
std::vector<named_validity> anchor_times(const server_files& files, wall_time now);
std::vector<named_validity> list_times(const server_files& files, wall_time now);

} // namespace asio_chat::tls
