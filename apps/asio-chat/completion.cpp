#include "completion.hpp"

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "model/command_text.hpp"
#include "model/run_time_limits.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace asio_chat::app {

namespace {

struct fixed_argument {
  std::string_view of; ///< `command ARGUMENT`
  std::array<std::string_view, 5> words;
};

constexpr std::array fixed_arguments{
    fixed_argument{"apppassword ACTION", {"add", "remove"}},
    fixed_argument{"apppassword SCOPE", {"read", "chat"}},
    fixed_argument{"ban REASON", {"everywhere"}},
    fixed_argument{"cert ACTION", {"add", "remove"}},
    fixed_argument{"devices NUMBER", {"all", "confirm", "refuse"}},
    fixed_argument{"export WHOM", {"me"}},
    fixed_argument{"forget WHOM", {"me"}},
    fixed_argument{"invitation WHAT", {"list", "end"}},
    fixed_argument{"invite SWITCH", {"off"}},
    fixed_argument{"kick REASON", {"everywhere"}},
    fixed_argument{"limits ACTION", {"set", "reset"}},
    fixed_argument{"mode MODE", {"private", "moderated", "read-only"}},
    fixed_argument{"mode SWITCH", {"on", "off"}},
    fixed_argument{"mute REASON", {"everywhere"}},
    fixed_argument{"requests SWITCH", {"on", "off"}},
    fixed_argument{"retention HOW", {"off"}},
    fixed_argument{"retention MESSAGES", {"messages"}},
    fixed_argument{"role ROLE", {"guest", "member", "voice", "operator", "owner"}},
    fixed_argument{"role WHERE", {"everywhere"}},
    fixed_argument{"totp ACTION", {"on", "confirm", "off"}},
    fixed_argument{"unban WHERE", {"everywhere"}},
    fixed_argument{"unmute WHERE", {"everywhere"}},
};

std::string common_beginning(const std::vector<std::string>& words) {
  std::string_view common = words.front();
  for (const std::string& w : words) {
    std::size_t n = 0;
    while (n < common.size() && n < w.size() && ascii::lower(common[n]) == ascii::lower(w[n]))
      ++n;
    common = common.substr(0, n);
  }
  return std::string(prefix_of_bytes(words.front(), common.size())); // of whole characters
}

/// What the word at the cursor is: an argument with a key, or the one at this place.
/// @param word without the key afterwards
const command_argument* argument_at(std::string_view before, const command_info& c,
                                    std::string_view& word) {
  const auto colon = word.find(':');
  for (const command_argument& a : c.arguments) {
    if (a.key.empty() || colon == std::string_view::npos) continue;
    if (!ascii::equal_ignoring_case(a.key, word.substr(0, colon))) continue;
    word.remove_prefix(colon + 1);
    return &a;
  }
  const std::size_t places = count_positions(c.arguments);
  if (places == 0) return nullptr;
  std::size_t place = 0; // the first word is the command
  bool in_word = true;
  for (const char ch : before.substr(0, before.size() - word.size())) {
    if (ch != ' ' && !std::exchange(in_word, true)) ++place;
    if (ch == ' ') in_word = false;
  }
  const command_argument& a = c.arguments[std::min(place, places - 1)];
  // Behind the last one there is nothing, unless that is a text, which goes on.
  const bool goes_on = a.kind == argument_kind::text || a.kind == argument_kind::query;
  return place < places || goes_on ? &a : nullptr;
}

const std::vector<std::string>* words_for(const command_argument* a, const vocabulary& words) {
  if (a == nullptr) return nullptr;
  switch (a->kind) {
  case argument_kind::member:
  case argument_kind::text:
  case argument_kind::query:
    return &words.names;
  case argument_kind::room:
    return &words.rooms;
  case argument_kind::command:
    return &words.commands;
  case argument_kind::word:
  case argument_kind::number:
  case argument_kind::date:
    return nullptr;
  }
  return nullptr;
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
  } else if (const command_info* command = command_of(before, words.syntax)) {
    const command_argument* argument = argument_at(before, *command, word);
    if (argument != nullptr && argument->kind == argument_kind::command && word.starts_with('/'))
      word.remove_prefix(1);
    source = words_for(argument, words);
    const auto found = argument == nullptr
                           ? words.choices.end()
                           : words.choices.find(command->name + " " + argument->name);
    const auto begins = [&](const std::string& w) { return ascii::starts_ignoring_case(w, word); };
    if (found != words.choices.end() && std::ranges::any_of(found->second, begins))
      source = &found->second;
  } else if (ascii::starts_ignoring_case(before, "/join ") ||
             ascii::starts_ignoring_case(before, "/leave ")) {
    source = before.find(' ') == space ? &words.rooms : nullptr;
  }

  if (source == &words.names && word.starts_with('#')) {
    word.remove_prefix(1);
    source = &words.rooms;
    suffix = " ";
  }

  completion c;
  c.suffix = suffix;
  if (source != nullptr) {
    for (const std::string& w : *source)
      if (ascii::starts_ignoring_case(w, word)) c.choices.push_back(w);
  }
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

void add_fixed_words(vocabulary& words) {
  for (const fixed_argument& one : fixed_arguments) {
    std::vector<std::string>& choices = words.choices[std::string(one.of)];
    for (const std::string_view word : one.words)
      if (!word.empty()) choices.emplace_back(word);
  }
  std::vector<std::string>& limits = words.choices["limits NAME"];
  for (const run_time_limit& row : run_time_limit_table())
    limits.emplace_back(row.name);
}

} // namespace asio_chat::app
