// TLS contexts made from settings.
#pragma once

#include <asio_chat/error.hpp>
#include <asio_chat/tls_config.hpp>

#include <boost/asio/ssl/context.hpp>

#include <memory>

namespace asio_chat::tls {

/// TLS 1.2 and 1.3, forward-secret AEAD suites, server's preference, no compression, no
/// renegotiation; more of it is a setting, see `tls_posture`. A client that offers ALPN names and
/// not `config.alpn` is refused (RFC 7301, 3.2).
result<std::shared_ptr<boost::asio::ssl::context>> make_server_context(const tls_server_config&);

/// The same posture; trust as `tls_client_config` says.
result<std::shared_ptr<boost::asio::ssl::context>> make_client_context(const tls_client_config&);

} // namespace asio_chat::tls
