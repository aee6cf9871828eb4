// What a client says about a server that it does not trust, or not any more.
#pragma once

#include "known_hosts.hpp"

#include <asio_chat/client.hpp>

#include <string>

namespace asio_chat::app {

/// Whether the person may decide: the certificate is simply unknown. One that is expired or that
/// differs from a pin is no question.
bool may_be_asked(const error_code& why, const server_certificate& server);

/// Before the question.
std::string introduction(const std::string& address, const server_certificate& server);

/// Where nobody can be asked.
std::string advice_without_terminal(const std::string& address, const server_certificate& server);

/// The remembered server shows another key.
std::string changed_key(const std::string& address, const server_certificate& server,
                        const known_hosts::host& remembered, const std::string& file);

} // namespace asio_chat::app
