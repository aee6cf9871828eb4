#include "wire/command_line.hpp"

#include "base/utf8.hpp"

namespace asio_chat::wire {

typed_line parse_command_line(std::string_view line) noexcept {
  typed_line c;
  line = trim(line);
  if (line.starts_with("//") || !line.starts_with('/')) {
    c.name = "say";
    c.arguments = line.starts_with("//") ? line.substr(1) : line;
    return c;
  }
  line.remove_prefix(1);
  const auto end = line.find_first_of(" \t\n");
  c.name = line.substr(0, end);
  if (end != std::string_view::npos) c.arguments = trim(line.substr(end));
  return c;
}

} // namespace asio_chat::wire
