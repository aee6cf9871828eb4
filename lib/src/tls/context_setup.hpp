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
  std::string where; ///< for the sentence of a failure: `the certificate file 'server.pem'`
};

/// Where it is: of the certificate and of the key either the file or the PEM.
struct own_certificate_source {
  const std::string& certificate_file;
  const std::string& certificate_pem;
  const std::string& private_key_file;
  const std::string& private_key_pem;
  const std::string& passphrase;
};

/// Of an end that shows and trusts nothing as yet.
result<context_ptr> new_context(boost::asio::ssl::context::method method,
                                const tls_posture& posture);

/// @tparam Config `tls_server_config` or `tls_client_config`
template <class Config>
own_certificate_source own_source(const Config& c) {
  return {c.certificate_file, c.certificate_pem, c.private_key_file, c.private_key_pem,
          c.private_key_passphrase};
}
/// Fails with `errc::bad_setting` where a file and a PEM are given, or one without its key.
result<void> check_source(const own_certificate_source& from);
result<own_certificate> read_own_certificate(const own_certificate_source& from);

result<void> show(SSL_CTX* context, const own_certificate& own);

/// Trusts exactly these certificates. One of them may be the peer's own: an anchor need not be a
/// root, which is what X509_V_FLAG_PARTIAL_CHAIN says.
result<void> trust_only(SSL_CTX* context, const std::vector<shared_certificate>& anchors);

/// As `read_trust_anchors`, or of PEM in memory where there is any.
/// @param pem_where for the sentence of a failure, e.g. `ca_pem`
result<std::vector<shared_certificate>> read_anchors(const std::string& path,
                                                     const std::string& what,
                                                     const std::string& pem,
                                                     const std::string& pem_where);

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
