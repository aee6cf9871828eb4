// The descriptors that connections leave to everything else.
#pragma once

#include <cstdint>

namespace asio_chat {

/// Below the limit of the process so many are for what is opened later, as by the journal: the
/// listener gives none of them to a connection, and `max-connections` does not count on them.
inline constexpr std::uint64_t descriptor_reserve = 24;

} // namespace asio_chat
