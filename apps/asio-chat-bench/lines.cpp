#include "lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace asio_chat::bench {

std::optional<std::string_view> whole_line(std::string_view in, std::size_t max) {
  const auto end = in.find('\n');
  if (std::min(end, in.size()) >= max)
    throw protocol::broken(fmt::format("a line of more than {} bytes came", max));
  if (end == std::string_view::npos) return std::nullopt;
  return in.substr(0, end + 1);
}

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view next_word(std::string_view& line) {
  const auto end = line.find(' ');
  const auto word = line.substr(0, end);
  line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  return word;
}

std::size_t number_in(std::string_view word, std::size_t max) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size() || number > max)
    throw protocol::broken(fmt::format("'{}' came where a number of up to {} belongs", word, max));
  return number;
}

} // namespace asio_chat::bench
