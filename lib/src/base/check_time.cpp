#include "base/check_time.hpp"

#include <asio_chat/error.hpp>

#include <fmt/format.h>

namespace asio_chat {

void check_time(std::string_view member, std::chrono::milliseconds value, time_range range,
                never zero) {
  if (value >= range.min && value <= range.max) return;
  if (zero == never::allowed && value == std::chrono::milliseconds(0)) return;
  throw error(fail(errc::bad_setting,
                   fmt::format("{} must be {} to {} ms{}, not {} ms", member, range.min.count(),
                               range.max.count(), zero == never::allowed ? ", or 0 for never" : "",
                               value.count())));
}

} // namespace asio_chat
