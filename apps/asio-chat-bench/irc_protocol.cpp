#include "irc_protocol.hpp"

#include "lines.hpp"

#include <fmt/format.h>

#include <iterator>

namespace asio_chat::bench {

namespace {

bool is_refusal(std::string_view numeric) {
  constexpr std::string_view no_message_of_the_day = "422";
  return numeric.size() == 3 && (numeric[0] == '4' || numeric[0] == '5') &&
         numeric != no_message_of_the_day;
}

/// The last parameter, the one that may have spaces.
std::string_view trailing(std::string_view parameters) {
  if (parameters.starts_with(':')) return parameters.substr(1);
  const auto colon = parameters.find(" :");
  return colon == std::string_view::npos ? std::string_view() : parameters.substr(colon + 2);
}

} // namespace

void irc_protocol::login(const part& as, std::string& out) {
  channel_ = "#" + as.room;
  fmt::format_to(std::back_inserter(out), "NICK {0}\r\nUSER {0} 0 * :{0}\r\n", as.name);
}

void irc_protocol::publish(std::string_view text, std::string& out) {
  fmt::format_to(std::back_inserter(out), "PRIVMSG {} :{}\r\n", channel_, text);
}

std::size_t irc_protocol::feed(std::string_view in, sink& to, std::string& out) {
  std::size_t taken = 0;
  while (const auto line = whole_line(in.substr(taken), max_line_bytes)) {
    taken += line->size();
    take(without_line_end(*line), to, out);
  }
  return taken;
}

void irc_protocol::take(std::string_view line, sink& to, std::string& out) {
  if (line.starts_with(':')) next_word(line); // who says it
  const auto command = next_word(line);
  if (command == "PRIVMSG") return to.on_text(trailing(line));
  constexpr std::string_view welcome = "001";
  constexpr std::string_view end_of_names = "366";
  if (command == "PING") fmt::format_to(std::back_inserter(out), "PONG {}\r\n", line);
  if (command == welcome) fmt::format_to(std::back_inserter(out), "JOIN {}\r\n", channel_);
  if (command == end_of_names) set_ready();
  if (command == "ERROR" || is_refusal(command))
    throw broken(fmt::format("the server refused: {} {}", command, line));
}

} // namespace asio_chat::bench
