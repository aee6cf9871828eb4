// Keys of the config file, which is TOML without sections, a setting on each line:
//
//   listen = ["127.0.0.1:8443", "[::1]:8443"]  # where
//   idle-timeout = 5m
#pragma once

#include "ops/settings.hpp"

#include <string>

namespace asio_chat::ops {

/// @param path for messages and sources
result<given_values> read_config_file(const std::string& path, const std::string& text);

} // namespace asio_chat::ops
