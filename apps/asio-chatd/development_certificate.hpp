// A server that is given no certificate makes one for itself, for development only, and says so.
#pragma once

#include "base/logger.hpp"
#include "ops/settings.hpp"

#include <boost/asio/ip/tcp.hpp>

/// Makes it in the data directory, or takes the one that is there, and warns.
/// @returns the file of the CA that clients need
/// @throws asio_chat::error
std::string use_development_certificate(asio_chat::ops::settings& s, const asio_chat::logger& log);

/// Logs the command with which a client connects.
void tell_how_to_connect(const std::string& ca_file, const boost::asio::ip::tcp::endpoint& at,
                         const asio_chat::logger& log);
