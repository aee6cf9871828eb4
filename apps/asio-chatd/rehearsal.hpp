// A start that leaves nothing behind.
#pragma once

#include "ops/settings.hpp"

/// What a port that another program has is.
enum class port_in_use {
  wrong,  ///< a server is about to start
  no_harm ///< it may be the server that runs with these settings
};

/// Does what a start does, up to serving: reads every file, tries the data directory, the history's
/// keys, certificates and ports. What it makes for that is gone when it returns.
/// @param s gets the passphrases
/// @throws asio_chat::error that says what would keep the server from starting
void rehearse_start(asio_chat::ops::settings& s, port_in_use taken);
