// The protocol that is spoken inside TLS, by its ALPN name (RFC 7301).
#pragma once

#include <asio_chat/error.hpp>

#include <openssl/ssl.h>

#include <string>
#include <vector>

namespace asio_chat::tls {

/// A client offers it. An empty name changes nothing.
result<void> offer_alpn(SSL_CTX* context, const std::string& name);

/// A server takes the first of these names that is offered, and refuses a client that offers others
/// only. An empty list changes nothing.
result<void> choose_alpn(SSL_CTX* context, const std::vector<std::string>& names);

} // namespace asio_chat::tls
