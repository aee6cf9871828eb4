// A server that is given no certificate makes one for itself, for development only, and says so.
#pragma once

#include "base/logger.hpp"
#include "ops/settings.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <filesystem>
#include <string>
#include <vector>

/// Makes it in the data directory, or takes the one that is there, and warns.
/// @returns the file of the CA that clients need
/// @throws asio_chat::error
std::string use_development_certificate(asio_chat::ops::settings& s, const asio_chat::logger& log);

/// Where none is given, the one that a start would take, or one for as long as settings are only
/// looked at, if a start would make it.
class certificate_for_a_check {
 public:
  explicit certificate_for_a_check(asio_chat::ops::settings& s);
  ~certificate_for_a_check();
  certificate_for_a_check(const certificate_for_a_check&) = delete;
  certificate_for_a_check& operator=(const certificate_for_a_check&) = delete;

 private:
  std::filesystem::path directory_;
};

/// Logs the command with which a client connects, for each address that needs another one.
void tell_how_to_connect(const std::string& ca_file,
                         const std::vector<boost::asio::ip::tcp::endpoint>& at,
                         const asio_chat::logger& log);
