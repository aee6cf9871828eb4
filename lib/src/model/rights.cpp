#include "model/rights.hpp"

namespace asio_chat {

std::string_view phrase_of(right r) noexcept {
  switch (r) {
  case right::none:
    return "do that";
  case right::speak:
    return "speak";
  case right::send_direct:
    return "send messages to members";
  case right::read_log:
    return "read what was said before";
  case right::set_topic:
    return "set the topic";
  case right::join_rooms:
    return "join rooms";
  case right::open_rooms:
    return "open new rooms";
  case right::rename:
    return "change your name";
  }
  return {};
}

} // namespace asio_chat
