// The whole screen: windows at the left, members at the right, what was said between them, the
// status and what is being typed below.
#pragma once

#include "fullscreen/cells.hpp"
#include "fullscreen/chat_state.hpp"
#include "fullscreen/message_view.hpp"

#include "model/away_members.hpp"
#include "model/displayed_names.hpp"

#include <cstddef>
#include <optional>
#include <set>
#include <string>

namespace asio_chat::app {

/// What is asked for in the place of what is typed.
struct question {
  enum class kind {
    window, ///< a part of its name
    words,  ///< that were said in the room
  };
  kind what = kind::window;
  std::string text = {};
  std::size_t choice = 0; ///< of the windows whose names have the text in them
};

/// What is shown and is in no window.
struct screen_state {
  const connection_state* connection = nullptr;
  const std::set<std::string>* members = nullptr; ///< of the room that is shown
  const std::set<std::string>* guests = nullptr;  ///< some of them; null: none
  const displayed_names* displayed = nullptr;     ///< beside their names; null: none is known
  const away_members* away = nullptr;             ///< some of them; null: none
  bool rooms_shown = true;
  bool members_shown = true;
  message_style messages = {};
  std::string prompt = {};
  std::string_view hint = {}; ///< stands where nothing is typed
  std::u32string typed = {};
  std::size_t cursor = 0; ///< in what is typed
  std::optional<question> asked = {};
  const window* found = nullptr; ///< shown in the place of the current window
};

/// Pure. Sides that leave too little room for messages are left out.
canvas draw_screen(const windows& all, const screen_state& s, std::size_t columns,
                   std::size_t rows);
/// Where the messages are on it.
area message_area(const screen_state& s, std::size_t columns, std::size_t rows);

} // namespace asio_chat::app
