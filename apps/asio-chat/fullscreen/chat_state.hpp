// What the full screen shows of a chat.
#pragma once

#include "fullscreen/themes.hpp"
#include "fullscreen/windows.hpp"
#include "typed_journal.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asio_chat::app {

struct connection_state {
  std::string protection = {}; ///< `TLSv1.3`; empty: none yet
  bool verified = true;        ///< the server's name is
  std::string trouble = {};    ///< why there is no connection; empty: there is one
  bool comes_back = false;     ///< although there is none
  /// Until another one is tried; none while that is done.
  std::optional<std::chrono::milliseconds> next_attempt = {};
  std::optional<std::chrono::milliseconds> lag = {}; ///< of the last line that was answered
};

/// When what is told of the next attempt is another text; none: never.
std::optional<std::chrono::milliseconds> next_change(const connection_state& c);

struct chat_state {
  explicit chat_state(windows open, typed_journal* kept = nullptr)
      : all(std::move(open))
      , typed(kept) {}

  windows all;
  connection_state connection = {};
  std::optional<answers::found> found = {}; ///< by a search, and not shown yet
  typed_journal* typed;                     ///< null: what is typed is not kept
  theme_choice themes = {};
  std::vector<std::string> last_words = {}; ///< to be read after the end
};

} // namespace asio_chat::app
