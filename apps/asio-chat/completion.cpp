#include "completion.hpp"

#include <algorithm>

namespace asio_chat::app {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool begins_with(std::string_view word, std::string_view beginning) {
  return word.size() >= beginning.size() &&
         std::equal(beginning.begin(), beginning.end(), word.begin(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

std::string common_beginning(const std::vector<std::string>& words) {
  std::string_view common = words.front();
  for (const std::string& w : words) {
    std::size_t n = 0;
    while (n < common.size() && n < w.size() && lower(common[n]) == lower(w[n]))
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
  } else if (begins_with(before, "/join ") || begins_with(before, "/leave ")) {
    source = &words.rooms;
  }

  completion c;
  for (const std::string& w : *source)
    if (begins_with(w, word)) c.choices.push_back(w);
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
