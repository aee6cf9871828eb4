// What was found out about a server, for people and for programs.
#pragma once

#include "server_probe.hpp"

#include <string>
#include <string_view>

namespace asio_chat::certs {

/// The connection and the verdict, a line each.
std::string summary_of(const probe_request& asked, const probe_result& found);

/// Everything as one JSON object.
std::string json_of(const probe_request& asked, const probe_result& found);

} // namespace asio_chat::certs
