#pragma once

#include "storm_run.hpp"

namespace asio_chat::bench {

/// The daemon is restarted under many clients, who all come back as soon as they can, while others
/// talk: once as they come back to a sink, once to the daemon.
storm_result run_restart(const storm_row& row, const storm_limits& limits,
                         const storm_settings& given);

} // namespace asio_chat::bench
