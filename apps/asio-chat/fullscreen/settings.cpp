#include "fullscreen/settings.hpp"

#include "base/sanitize.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace asio_chat::app {

std::string call_sequence(call_by how, const std::string& who, const std::string& where) {
  std::string text = sanitize_to_ascii(fmt::format("{} in {}", who, where));
  std::ranges::replace(text, ';', ','); // ends an argument
  switch (how) {
  case call_by::nothing:
    return {};
  case call_by::bell:
    return "\a";
  case call_by::osc9:
    return fmt::format("\x1b]9;asio-chat: {}\a", text);
  case call_by::osc777:
    return fmt::format("\x1b]777;notify;asio-chat;{}\a", text);
  }
  return {};
}

} // namespace asio_chat::app
