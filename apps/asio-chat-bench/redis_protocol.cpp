#include "redis_protocol.hpp"

#include "lines.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <utility>

namespace asio_chat::bench {

namespace {

constexpr std::string_view line_end = "\r\n";

std::pair<char, std::string_view> kind_and_rest(std::string_view line) {
  line = without_line_end(line);
  if (line.empty()) throw protocol::broken("an empty line came");
  return {line.front(), line.substr(1)};
}

} // namespace

void redis_protocol::login(const part& as, std::string& out) {
  channel_ = as.room;
  if (as.publishes)
    out.append("PING\r\n");
  else
    fmt::format_to(std::back_inserter(out), "SUBSCRIBE {}\r\n", channel_);
}

void redis_protocol::publish(std::string_view text, std::string& out) {
  fmt::format_to(std::back_inserter(out), "*3\r\n$7\r\nPUBLISH\r\n${}\r\n{}\r\n${}\r\n{}\r\n",
                 channel_.size(), channel_, text.size(), text);
}

std::size_t redis_protocol::feed(std::string_view in, sink& to, std::string&) {
  std::size_t taken = 0;
  while (const auto length = take(in.substr(taken), to))
    taken += length;
  return taken;
}

std::size_t redis_protocol::take(std::string_view in, sink& to) {
  const auto line = whole_line(in, max_line_bytes);
  if (!line) return 0;
  const auto [kind, rest] = kind_and_rest(*line);
  switch (kind) {
  case '+': // PONG
    set_ready();
    return line->size();
  case ':': // how many have got it
    return line->size();
  case '*':
    return take_array(in, line->size(), number_in(rest, 3), to);
  case '-':
    throw broken(fmt::format("the server refused: {}", rest));
  default:
    throw broken(fmt::format("a reply of an unknown kind came: {}{}", kind, rest));
  }
}

std::size_t redis_protocol::take_array(std::string_view in, std::size_t at, std::size_t count,
                                       sink& to) {
  // `message CHANNEL TEXT`, or `subscribe CHANNEL NUMBER`.
  std::array<std::string_view, 3> parts;
  if (count != parts.size()) throw broken(fmt::format("an array of {} came", count));
  for (auto& one : parts) {
    const auto line = whole_line(in.substr(at), max_line_bytes);
    if (!line) return 0;
    at += line->size();
    const auto [kind, number] = kind_and_rest(*line);
    if (kind == ':') continue;
    if (kind != '$') throw broken("an array came that holds no strings");
    const auto length = number_in(number, max_text_bytes);
    if (in.size() - at < length + line_end.size()) return 0;
    one = in.substr(at, length);
    if (in.substr(at + length, line_end.size()) != line_end)
      throw broken("a string came that does not end where it says");
    at += length + line_end.size();
  }
  if (parts[0] == "message")
    to.on_text(parts[2]);
  else if (parts[0] == "subscribe")
    set_ready();
  else
    throw broken(fmt::format("'{}' came unasked", parts[0]));
  return at;
}

} // namespace asio_chat::bench
