#include "paste.hpp"

#include "typed_line.hpp"

#include <algorithm>

namespace asio_chat::app {

std::string pasted_text(std::string_view raw) {
  std::string lines;
  lines.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const bool crlf = raw[i] == '\r' && i + 1 < raw.size() && raw[i + 1] == '\n';
    if (!crlf) lines += raw[i] == '\r' ? '\n' : raw[i];
  }
  const std::string text = without_controls(lines);
  const auto begin = text.find_first_not_of('\n');
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of('\n') + 1 - begin);
}

std::size_t count_lines(std::string_view text) noexcept {
  return 1 + static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

std::string typed_literally(std::string_view text) {
  std::string typed(text);
  const auto begin = typed.find_first_not_of(" \t\n");
  if (begin != std::string::npos && typed[begin] == '/') typed.insert(begin, 1, '/');
  return typed;
}

} // namespace asio_chat::app
