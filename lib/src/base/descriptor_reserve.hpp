// The descriptors that connections leave to everything else.
#pragma once

#include <cstdint>

#include <sys/resource.h>

namespace asio_chat {

/// Below the limit of the process so many are for what is opened later, as by the journal: no
/// connection gets one of them, and `max-connections` does not count on them.
inline constexpr std::uint64_t descriptor_reserve = 24;

/// Whether a descriptor is one of them. The system gives the lowest number that is free, so that
/// all below are in use.
inline bool is_in_reserve(int descriptor) noexcept {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY) return false;
  return static_cast<rlim_t>(descriptor) + descriptor_reserve >= files.rlim_cur;
}

} // namespace asio_chat
