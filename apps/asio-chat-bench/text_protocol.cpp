#include "text_protocol.hpp"

#include <fmt/format.h>

namespace asio_chat::bench {

void text_protocol::append_frame(std::string_view text, std::string& out) {
  const auto length = static_cast<std::uint32_t>(text.size());
  for (int shift = 24; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(length >> shift & 0xff));
  out.append(text);
}

std::size_t text_protocol::frame_length(std::string_view in) {
  std::size_t length = 0;
  for (const char byte : in.substr(0, header_bytes))
    length = length << 8 | static_cast<unsigned char>(byte);
  return length;
}

void text_protocol::login(const part& as, std::string& out) {
  append_frame(as.name, out);
  set_ready();
}

void text_protocol::publish(std::string_view text, std::string& out) {
  append_frame(text, out);
}

std::size_t text_protocol::feed(std::string_view in, sink& to, std::string&) {
  std::size_t taken = 0;
  while (in.size() - taken >= header_bytes) {
    const auto rest = in.substr(taken);
    const auto length = frame_length(rest);
    if (length > max_frame_bytes)
      throw broken(
          fmt::format("a frame of {} bytes came, {} is the most", length, max_frame_bytes));
    if (rest.size() < header_bytes + length) break;
    const auto line = rest.substr(header_bytes, length);
    taken += header_bytes + length;
    const auto colon = line.find(": ");
    const bool said_by_somebody = colon != std::string_view::npos && !line.starts_with("* ");
    if (said_by_somebody)
      to.on_text(line.substr(colon + 2));
    else
      notice_ = line;
  }
  return taken;
}

} // namespace asio_chat::bench
