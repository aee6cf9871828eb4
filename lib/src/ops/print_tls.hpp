// What TLS the settings give: each value, who decided it, and why.
#pragma once

#include "ops/settings.hpp"

#include <string>

namespace asio_chat::ops {

/// What `asio-chatd tls` prints. It takes no certificate.
/// @throws asio_chat::error if OpenSSL does not take a setting
std::string print_tls(const settings& s, bool as_json);

} // namespace asio_chat::ops
