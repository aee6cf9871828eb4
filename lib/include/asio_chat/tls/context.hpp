// TLS contexts that are made from settings.
#pragma once

#include <asio_chat/detail/abi.hpp>
#include <asio_chat/error.hpp>
#include <asio_chat/tls_config.hpp>

#include <boost/asio/ssl/context.hpp>

#include <memory>

namespace asio_chat::tls {

/// Makes the context of a server: TLS 1.2 and 1.3, AEAD suites with forward secrecy in the server's
/// order, no compression, no renegotiation; `tls_posture` can narrow that. A client that offers
/// ALPN names, but none of `config.alpn`, is refused (RFC 7301, 3.2).
///
/// Reads all files of the settings, which blocks. Fails with `errc::bad_certificate_file` or
/// `errc::bad_setting`, and a sentence that names the file. `config.ocsp_responder`,
/// `client_certificate_allow` and `blocked_certificates_file` are up to the program: `server` looks
/// after them, a context cannot.
result<std::shared_ptr<boost::asio::ssl::context>> make_server_context(const tls_server_config&);

/// Makes the context of a client, of the same versions and suites, which trusts as
/// `tls_client_config` says. It verifies the chain only: each connection needs a `server_verifier`
/// besides, for the host name, the pins and the staple. Reads files, and fails, like the above.
result<std::shared_ptr<boost::asio::ssl::context>> make_client_context(const tls_client_config&);

} // namespace asio_chat::tls
