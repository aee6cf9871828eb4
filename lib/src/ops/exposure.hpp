// Whether strangers could come in.
#pragma once

#include "ops/settings.hpp"

namespace asio_chat::ops {

/// It listens beyond this machine, and asks for neither a passphrase nor a client certificate.
bool is_open_to_strangers(const settings& s);

} // namespace asio_chat::ops
