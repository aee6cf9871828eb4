// A hash for tables in memory whose keys others choose.
#pragma once

#include <cstdint>
#include <string_view>

namespace asio_chat {

/// Seeded anew in each process, so nobody outside can find keys that meet in a table. Nothing to
/// keep, and no proof of anything.
std::uint32_t seeded_hash(std::string_view bytes) noexcept;

} // namespace asio_chat
