// What an earlier client has left for windows that are not open.
#pragma once

#include "fullscreen/chat_state.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::app {

/// Lines without an answer, and drafts, whose room one may not be able to join any more. They stay
/// on the disk until the person takes or drops them.
class unsent_lines {
 public:
  /// @param state must live as long
  explicit unsent_lines(chat_state& state);

  /// Those of windows that are open now; they are not here any more.
  template <class Take>
  void take_if(Take take) {
    std::erase_if(lines_, take);
  }

  /// What is kept for that room, in words; empty: nothing.
  std::string kept_for(const std::string& room) const;

  struct outcome {
    std::string told;                      ///< what to say; empty: nothing
    std::optional<std::string> taken = {}; ///< what to put into the line that is typed
  };
  /// Carries `/unsent [N | drop N | drop all]` out.
  outcome run(std::string_view arguments);

 private:
  struct item {
    std::string in; ///< the title of its window
    std::string id; ///< empty: a draft
    std::string text;
    std::string why = {};
  };
  std::vector<item> all() const;
  void drop(const item& i);

  chat_state& state_;
  std::vector<typed_journal::line> lines_;
};

} // namespace asio_chat::app
