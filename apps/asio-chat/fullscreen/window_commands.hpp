// Commands that the full screen carries out itself.
#pragma once

#include "completion.hpp"
#include "fullscreen/chat_state.hpp"
#include "fullscreen/key_bindings.hpp"
#include "fullscreen/unsent_lines.hpp"

#include "base/clock.hpp"

#include <asio_chat/command.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::app {

/// Whether it is a command of the full screen, which other ways to chat do not have.
bool is_window_command(std::string_view name);

class window_commands {
 public:
  /// @param state, time, bindings, unsent must live as long
  window_commands(chat_state& state, const clock& time, key_bindings& bindings,
                  unsent_lines& unsent)
      : state_(state)
      , time_(time)
      , bindings_(bindings)
      , unsent_(unsent) {}

  /// @param definition `NAME LINE`; what is no definition is left out
  void define(std::string_view definition);
  /// What a line stands for, if it begins with an alias.
  std::string expand(std::string_view line) const;

  /// The end of an `/alias` or `/bind` that is the line to be entered later; empty: it has none.
  static std::string_view line_in(std::string_view line);

  struct outcome {
    bool ours = false;
    std::string then = {};                 ///< a command of the server that has to follow
    std::optional<std::string> typed = {}; ///< to be put into the line that is typed
  };
  /// Carries a command out, if it is one of ours.
  outcome run(std::string_view line);

  /// Adds our commands and the aliases to what Tab offers.
  void add_to(vocabulary& words) const;

 private:
  outcome close();
  outcome query(std::string_view arguments);
  outcome ignore(std::string_view name);
  outcome unignore(std::string_view name);
  outcome alias(std::string_view arguments);
  outcome unalias(std::string_view name);
  outcome help(std::string_view about);
  outcome bind(std::string_view arguments);
  outcome keys();
  outcome theme(std::string_view name);
  outcome unsent(std::string_view arguments);
  outcome answer(std::string text);

  chat_state& state_;
  const clock& time_;
  key_bindings& bindings_;
  unsent_lines& unsent_;
  std::map<std::string, std::string, std::less<>> aliases_; ///< by their names, in small letters
};

} // namespace asio_chat::app
