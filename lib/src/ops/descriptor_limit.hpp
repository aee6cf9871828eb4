// How many connections the descriptors of this process are enough for.
#pragma once

#include "ops/settings.hpp"

#include <cstdint>
#include <optional>

namespace asio_chat::ops {

/// How many files and sockets this process may have open; none: any number.
std::optional<std::uint64_t> descriptor_limit() noexcept;

/// Sees that `max-connections` leaves enough of the limit to the journal, the ports, and whatever
/// else the daemon opens. A value that does not is a failure, unless it is the default, which is
/// lowered to what fits.
/// @return whether it was lowered
result<bool> fit_connections(invocation& call, std::optional<std::uint64_t> limit);

} // namespace asio_chat::ops
