#include "fullscreen/key_bindings.hpp"

#include "base/ascii.hpp"
#include "base/sanitize.hpp"
#include "base/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace asio_chat::app {

namespace {

using kind = key::kind;

struct named_key {
  std::string_view name;
  kind what;
  char32_t character = 0;
};

constexpr std::array<named_key, 25> keys{{
    {"Up", kind::up},
    {"Down", kind::down},
    {"Left", kind::left},
    {"Right", kind::right},
    {"Home", kind::home},
    {"End", kind::end},
    {"Delete", kind::erase},
    {"Ctrl-Left", kind::word_left},
    {"Ctrl-Right", kind::word_right},
    {"PageUp", kind::page_up},
    {"PageDown", kind::page_down},
    {"Alt-Up", kind::alt_up},
    {"Alt-Down", kind::alt_down},
    {"Alt-Home", kind::alt_home},
    {"Alt-End", kind::alt_end},
    {"Esc", kind::escape},
    {"Tab", kind::control, U'I'},
    {"Enter", kind::control, U'M'},
    {"Backspace", kind::control, U'?'},
    {"Alt-Enter", kind::meta, U'\r'},
    {"Alt-Backspace", kind::meta, 0x7F},
    {"Ctrl-_", kind::control, U'_'},
    {"Ctrl-]", kind::control, U']'},
    {"Ctrl-^", kind::control, U'^'},
    {"Ctrl-Space", kind::control, U'@'},
}};

struct action {
  std::string_view name;
  std::string_view key;
  std::string_view what;
};

constexpr std::array<action, 54> actions{{
    {"scroll-up", "PageUp", "scroll up; older messages are fetched"},
    {"scroll-down", "PageDown", "scroll down"},
    {"beginning", "Alt-Home", "go to the beginning"},
    {"newest", "Alt-End", "go to what is newest"},
    {"window-0", "Alt-0", "show the server's window"},
    {"window-1", "Alt-1", "show window 1"},
    {"window-2", "Alt-2", "show window 2"},
    {"window-3", "Alt-3", "show window 3"},
    {"window-4", "Alt-4", "show window 4"},
    {"window-5", "Alt-5", "show window 5"},
    {"window-6", "Alt-6", "show window 6"},
    {"window-7", "Alt-7", "show window 7"},
    {"window-8", "Alt-8", "show window 8"},
    {"window-9", "Alt-9", "show window 9"},
    {"window-above", "Alt-Up", "show the window above"},
    {"window-below", "Alt-Down", "show the window below"},
    {"message-above", "Alt-k", "mark a message for /reply, /react, /edit, /delete, /pin"},
    {"message-below", "Alt-j", "mark the one below; Esc ends it"},
    {"next-unread", "Alt-a", "show the next window with something new"},
    {"go-to", "Alt-g", "show the window that has a part of a name"},
    {"search", "Ctrl-F", "search the room"},
    {"rooms", "Alt-r", "hide or show the rooms"},
    {"members", "Alt-m", "hide or show the members"},
    {"presence", "Alt-p", "hide or show who comes and goes"},
    {"send-again", "Alt-s", "send the newest refused line again"},
    {"editor", "Alt-e", "write in $VISUAL or $EDITOR"},
    {"redraw", "Ctrl-L", "draw the screen again"},
    {"leave-question", "Esc", "leave a question or a search; Ctrl-G too"},
    {"enter", "Enter", "enter what is typed"},
    {"new-line", "Alt-Enter", "another line of the same message"},
    {"complete", "Tab", "complete a command, a name, a room"},
    {"earlier", "Up", "earlier lines; Ctrl-P too"},
    {"later", "Down", "later lines; Ctrl-N too"},
    {"search-lines", "Ctrl-R", "search earlier lines"},
    {"left", "Left", "a character back; Ctrl-B too"},
    {"right", "Right", "a character on"},
    {"word-left", "Ctrl-Left", "a word back; Alt-b too"},
    {"word-right", "Ctrl-Right", "a word on; Alt-f too"},
    {"line-begin", "Home", "to the beginning of the line; Ctrl-A too"},
    {"line-end", "End", "to the end of the line; Ctrl-E too"},
    {"erase-left", "Backspace", "remove the character before"},
    {"erase-right", "Delete", "remove the character behind"},
    {"cut-word", "Ctrl-W", "cut the word before, up to a blank"},
    {"cut-part", "Alt-Backspace", "cut the word before, up to punctuation"},
    {"cut-next", "Alt-d", "cut the word behind"},
    {"cut-begin", "Ctrl-U", "cut to the beginning of the line"},
    {"cut-end", "Ctrl-K", "cut to the end of the line"},
    {"insert-cut", "Ctrl-Y", "insert what was cut"},
    {"undo", "Ctrl-_", "undo the last change"},
    {"exchange", "Ctrl-T", "exchange two characters"},
    {"capitals", "Alt-u", "a word in capitals"},
    {"small", "Alt-l", "a word in small letters"},
    {"capital", "Alt-c", "a word with a capital"},
    {"end", "Ctrl-D", "remove the character behind, or leave the chat"},
}};

const action* action_named(std::string_view name) {
  const auto* found = std::ranges::find(actions, name, &action::name);
  return found == actions.end() ? nullptr : found;
}

/// Keys whose signals have to do what they do everywhere.
bool is_fixed(const key& k) {
  return k.what == kind::control &&
         (k.character == U'C' || k.character == U'Z' || k.character == U'\\');
}

} // namespace

std::optional<key> key_named(std::string_view name) {
  for (const named_key& k : keys)
    if (ascii::equal_ignoring_case(k.name, name)) return key{k.what, k.character};
  const auto behind = [&](std::string_view modifier) {
    return name.size() == modifier.size() + 1 && ascii::starts_ignoring_case(name, modifier);
  };
  if (behind("Ctrl-") && ascii::is_letter(name.back()))
    return key{kind::control, static_cast<unsigned char>(ascii::upper(name.back()))};
  if (behind("Alt-") && name.back() > ' ' && name.back() <= '~')
    return key{kind::meta, static_cast<unsigned char>(name.back())};
  for (char32_t n = 1; n <= 12; ++n)
    if (ascii::equal_ignoring_case(name, fmt::format("F{}", static_cast<unsigned>(n))))
      return key{kind::function, n};
  return std::nullopt;
}

std::string name_of(const key& k) {
  const bool linefeed = k.what == kind::meta && k.character == U'\n';
  for (const named_key& named : keys)
    if (named.what == k.what && named.character == (linefeed ? U'\r' : k.character))
      return std::string(named.name);
  const bool ascii = k.character < 0x7F;
  if (k.what == kind::control && ascii)
    return fmt::format("Ctrl-{}", static_cast<char>(k.character));
  if (k.what == kind::meta && ascii && k.character > U' ')
    return fmt::format("Alt-{}", static_cast<char>(k.character));
  if (k.what == kind::function) return fmt::format("F{}", static_cast<unsigned>(k.character));
  return {};
}

std::string key_bindings::bind(std::string_view spec) {
  spec = trim(spec);
  const auto blank = spec.find(' ');
  const std::string_view name = spec.substr(0, blank);
  const std::string_view what =
      blank == std::string_view::npos ? std::string_view() : trim(spec.substr(blank));
  const auto k = key_named(name);
  if (!k) {
    return fmt::format("there is no key '{}'; keys are named like Ctrl-X, Alt-x, PageUp, F5",
                       sanitize_for_terminal(name));
  }
  if (is_fixed(*k)) return fmt::format("{} cannot be bound", name_of(*k));
  if (what.empty()) return "what the key does is missing: an action, a /line, or nothing";
  if (!what.starts_with('/') && what != "nothing" && !action_named(what)) {
    return fmt::format("there is no action '{}'; /keys lists them", sanitize_for_terminal(what));
  }
  bound_[name_of(*k)] = what;
  return {};
}

bool key_bindings::unbind(std::string_view name) {
  const auto k = key_named(name);
  return k && bound_.erase(name_of(*k)) > 0;
}

key_bindings::meaning key_bindings::of(const key& k) const {
  meaning m;
  m.as = k;
  if (bound_.empty()) return m;
  const auto found = bound_.find(name_of(k));
  if (found == bound_.end()) return m;
  if (found->second.starts_with('/')) {
    m.line = found->second;
  } else if (const action* a = action_named(found->second)) {
    m.as = *key_named(a->key);
  } else {
    m.nothing = true;
  }
  return m;
}

std::string key_bindings::list_own() const {
  std::string all;
  for (const auto& [name, what] : bound_)
    all += fmt::format("{}{:<14} {}", all.empty() ? "" : "\n", name, what);
  return all;
}

std::vector<std::string> key_bindings::bound() const {
  std::vector<std::string> all;
  for (const auto& [name, what] : bound_)
    all.push_back(name);
  return all;
}

std::vector<std::string> key_bindings::names_of_actions() {
  std::vector<std::string> all;
  for (const action& a : actions)
    all.emplace_back(a.name);
  return all;
}

std::string key_bindings::list() const {
  std::string all = list_own();
  for (const action& a : actions)
    if (!bound_.contains(name_of(*key_named(a.key)))) {
      all += fmt::format("{}{:<14} {:<15} {}", all.empty() ? "" : "\n", a.key, a.name, a.what);
    }
  all += fmt::format("\n{:<30} {}", "Ctrl-C", "leave the chat");
  all += fmt::format("\n{:<30} {}", "Ctrl-Z", "stop the client until fg");
  return all;
}

} // namespace asio_chat::app
