// Certificates that their CA has taken back (RFC 5280, 5).
#pragma once

#include "tls/openssl_ptr.hpp"

#include <asio_chat/error.hpp>

#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

namespace asio_chat::tls {

using shared_certificate = std::shared_ptr<X509>;
using shared_list = std::shared_ptr<X509_CRL>;

/// @param path a file with one list or several, or a directory of `*.pem` and `*.crl` files
result<std::vector<shared_list>> read_revocation_lists(const std::string& path);
/// The same of PEM in memory.
/// @param where it is, for the sentence of a failure
result<std::vector<shared_list>> parse_revocation_lists(const std::string& pem,
                                                        const std::string& where);

/// As the sentences of failures name such a file: `the revocation list 'crl.pem'`.
std::string list_file(const std::string& path);

/// From here on the chains that this store verifies are checked by lists:
///
///     a certificate below the anchor   must be covered by a list of its issuer
///     the anchor                       likewise, where its issuer is among the anchors as well,
///                                      and so on up to a root, which its own list covers
///     an anchor that is no CA          needs no list of its own
///
/// A list that has ended or not begun covers nothing, and what is not covered is refused, with the
/// reason noted for the log (`refusal_of`).
///
/// X509_V_FLAG_CRL_CHECK_ALL cannot do it: a chain ends at the first anchor, which is what
/// X509_V_FLAG_PARTIAL_CHAIN is there for, and that flag then asks for a list of the anchor's
/// issuer without looking for it, so that no client below an intermediate would come in.
///
/// Fails where an anchor that is a CA has no list, since all of its clients would be refused.
/// @param where the lists are, for that sentence
result<void> check_revocation(X509_STORE* store, const std::vector<shared_list>& lists,
                              const std::vector<shared_certificate>& anchors,
                              const std::string& where);

/// Issuers whose lists cannot speak about an anchor, although they have issued it: their own
/// certificates, which would verify the lists, are not among the anchors.
std::vector<std::string> lists_without_ca(const std::vector<shared_list>& lists,
                                          const std::vector<shared_certificate>& anchors);

} // namespace asio_chat::tls
