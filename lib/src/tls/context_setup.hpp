// What the contexts of both ends are made with.
#pragma once

#include "tls/openssl_ptr.hpp"
#include "tls/revocation.hpp"

#include <asio_chat/error.hpp>
#include <asio_chat/tls_config.hpp>

#include <boost/asio/ssl/context.hpp>
#include <openssl/ssl.h>
#include <openssl/types.h>

#include <memory>
#include <string>
#include <vector>

namespace asio_chat::tls {

using context_ptr = std::shared_ptr<boost::asio::ssl::context>;

/// What an end shows: its certificate, the intermediates, and the key.
struct own_certificate {
  std::vector<shared_certificate> chain; ///< its own comes first; at least one
  std::shared_ptr<EVP_PKEY> key;
};

/// Of an end that shows and trusts nothing as yet.
result<context_ptr> new_context(boost::asio::ssl::context::method method,
                                const tls_posture& posture);

result<own_certificate> read_own_certificate(const std::string& certificate_path,
                                             const std::string& key_path,
                                             const std::string& passphrase);

/// @param path of the certificate, for the sentence of a failure
result<void> show(SSL_CTX* context, const own_certificate& own, const std::string& path);

/// Trusts exactly these certificates. One of them may be the peer's own: an anchor need not be a
/// root, which is what X509_V_FLAG_PARTIAL_CHAIN says.
result<void> trust_only(SSL_CTX* context, const std::vector<shared_certificate>& anchors);

/// As `read_trust_anchors`.
result<std::vector<shared_certificate>> read_anchors(const std::string& path,
                                                     const std::string& what);

/// A client offers them. None changes nothing.
result<void> offer_alpn(SSL_CTX* context, const std::vector<std::string>& names);

/// A server takes the first of these names that is offered, and refuses a client that offers others
/// only. An empty list changes nothing.
result<void> choose_alpn(SSL_CTX* context, const std::vector<std::string>& names);

/// For a context whose store trusts single certificates (X509_V_FLAG_PARTIAL_CHAIN): if the peer's
/// own certificate is one of them, whatever else the peer has sent is left out of account, so that
/// neither an intermediate that has expired nor a CA of the same name with another key is in the
/// way. Name, time, purpose and strength of the certificate are verified in any case.
void trust_anchors_alone(SSL_CTX* context) noexcept;

} // namespace asio_chat::tls
