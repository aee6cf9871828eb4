#include "fullscreen/hit_list.hpp"

#include "room_focus.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace asio_chat::app {

hit_list::hit_list(const answers::found& found, const windows& all)
    : room_(found.room) {
  const std::size_t count = found.entries.size();
  hits_.name =
      fmt::format("{} found in {}{}", count, is_direct_room(found.room) ? "" : "#", found.room);
  hits_.topic = found.more ? "older ones match, too: before:DATE finds them" : "";
  if (found.incomplete)
    hits_.topic = "the search index is being rebuilt: older ones may be missing";
  for (const entry& e : found.entries)
    hits_.log.append(all.line_of(e));
  hits_.chosen = hits_.log.end() - 1;
}

void hit_list::move(std::ptrdiff_t by) {
  hits_.chosen = std::clamp(*hits_.chosen + by, hits_.log.first(), hits_.log.end() - 1);
  // It stands a few lines above the bottom, so that the next ones are in sight.
  constexpr message_log::number below = 2;
  hits_.scrolled = scroll_position{std::min(*hits_.chosen + below, hits_.log.end() - 1), 0};
}

} // namespace asio_chat::app
