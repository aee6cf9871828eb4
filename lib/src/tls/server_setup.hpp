// A server's SSL_CTX, in two steps: what is wrong with the settings is found before a file is read.
#pragma once

#include "tls/context_setup.hpp"
#include "tls/server_files.hpp"

#include <asio_chat/error.hpp>
#include <asio_chat/tls_config.hpp>

namespace asio_chat::tls {

/// Whether there is something to show to clients.
bool has_certificate(const tls_server_config& config);

/// Whether nothing but the host's own context is set; `errc::bad_setting` names what else is.
result<void> check_context_alone(const tls_server_config& config);

/// Fails with `errc::bad_setting`.
result<context_ptr> new_server_context(const tls_server_config& config);

/// Shows and trusts what is in the files.
result<void> use_files(SSL_CTX* context, const tls_server_config& config,
                       const server_files& files);

} // namespace asio_chat::tls
