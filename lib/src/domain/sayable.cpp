#include "domain/sayable.hpp"

#include "base/sanitize.hpp"
#include "base/utf8.hpp"

#include <fmt/format.h>

#include <string_view>

namespace asio_chat {

namespace {

/// Without white space at the end and empty lines at the beginning. Blanks before the first word
/// are indentation.
std::string_view trim_text(std::string_view text) noexcept {
  const std::string_view words = trim(text);
  if (words.empty()) return words;
  const auto before = static_cast<std::size_t>(words.data() - text.data());
  const auto line_end = text.substr(0, before).find_last_of("\n\r\v\f");
  const std::size_t from = line_end == std::string_view::npos ? 0 : line_end + 1;
  return text.substr(from, before + words.size() - from);
}

} // namespace

result<void> make_sayable(std::string& text, const limits& allowed) {
  if (const std::string_view inner = trim_text(text); inner.size() < text.size())
    text = std::string(inner);
  if (!is_sanitized(text)) text = sanitize(text);
  if (is_blank(text)) return fail(errc::text_empty, "there is nothing to say");
  if (text.size() > allowed.text_bytes) {
    return fail(errc::text_too_long, fmt::format("the text has {} bytes; at most {} are allowed",
                                                 text.size(), allowed.text_bytes));
  }
  return {};
}

result<void> make_topic(std::string& text, const limits& allowed) {
  text = sanitize(text);
  if (!text.empty() && is_blank(text))
    return fail(errc::text_empty, "a topic that cannot be seen is none; /topic - removes it");
  if (text.size() > allowed.topic_bytes) {
    return fail(errc::text_too_long, fmt::format("the topic has {} bytes; at most {} are allowed",
                                                 text.size(), allowed.topic_bytes));
  }
  return {};
}

} // namespace asio_chat
