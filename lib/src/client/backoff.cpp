#include "client/backoff.hpp"

#include <algorithm>
#include <cstdint>

namespace asio_chat::client_room {

backoff::backoff(duration first, duration most) noexcept
    : first_(std::max(first, duration(1)))
    , most_(std::max(most, first_))
    , step_(first_) {}

backoff::duration backoff::next(double random) noexcept {
  const double half = static_cast<double>(step_.count()) / 2;
  const auto wait = static_cast<std::int64_t>(half + half * random);
  step_ = step_ > most_ / 2 ? most_ : step_ * 2;
  return duration(wait);
}

} // namespace asio_chat::client_room
