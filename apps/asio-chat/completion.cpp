#include "completion.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace asio_chat::app {

namespace {

std::string common_beginning(const std::vector<std::string>& words) {
  std::string_view common = words.front();
  for (const std::string& w : words) {
    std::size_t n = 0;
    while (n < common.size() && n < w.size() && ascii::lower(common[n]) == ascii::lower(w[n]))
      ++n;
    common = common.substr(0, n);
  }
  return std::string(common);
}

} // namespace

completion complete(std::string_view before, const vocabulary& words) {
  const auto space = before.rfind(' ');
  const bool first = space == std::string_view::npos;
  std::string_view word = first ? before : before.substr(space + 1);

  const std::vector<std::string>* source = &words.names;
  std::string_view suffix = first ? ": " : " ";
  if (first && word.starts_with('/')) {
    word.remove_prefix(1);
    source = &words.commands;
    suffix = " ";
  } else if (ascii::starts_ignoring_case(before, "/join ") ||
             ascii::starts_ignoring_case(before, "/leave ")) {
    source = &words.rooms;
  }

  completion c;
  for (const std::string& w : *source)
    if (ascii::starts_ignoring_case(w, word)) c.choices.push_back(w);
  std::sort(c.choices.begin(), c.choices.end());
  c.choices.erase(std::unique(c.choices.begin(), c.choices.end()), c.choices.end());
  c.replaced = word.size();
  c.text = word;
  if (c.choices.size() == 1) {
    c.text = c.choices.front() + std::string(suffix);
    c.choices.clear();
  } else if (!c.choices.empty()) {
    const std::string common = common_beginning(c.choices);
    if (common.size() > word.size()) c.text = common;
  }
  return c;
}

} // namespace asio_chat::app
