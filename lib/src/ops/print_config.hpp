// The values that hold, as a config file that would give the same.
#pragma once

#include "ops/settings.hpp"

#include <string>

namespace asio_chat::ops {

/// What `--print-config` prints. Names files that hold secrets, never a secret.
std::string print_config(const invocation& call);

} // namespace asio_chat::ops
