// Puts what happens into windows.
#pragma once

#include "fullscreen/chat_state.hpp"
#include "text_display.hpp"

#include "base/clock.hpp"

#include <functional>
#include <string>

namespace asio_chat::app {

/// Makes no lines to print. It tracks lines that have a `ref`, which the windows show already.
class window_display final : public display {
 public:
  struct listeners {
    std::function<void()> changed; ///< there is something to draw
    /// The person is named, or told something alone: by whom, and the title of the window.
    std::function<void(const std::string& who, const std::string& where)> call;
  };

  /// @param server as the person named it
  /// @param state, time must live as long
  window_display(chat_state& state, const clock& time, std::string server, bool name_verified,
                 listeners l);

  using display::show;
  std::vector<shown_line> show(const client_event& e, std::string_view room,
                               const line_origin& answered) override;
  std::vector<shown_line> show(const changed_member& m) override;
  bool tracks(const line_origin& from) const override { return !from.ref.empty(); }
  void doubt(const line_origin& from) override;

 private:
  void take(const client_event& e, const line_origin& answered);
  void take(const connected& c);
  void take(const disconnected& d);
  void take(const reply& r, const line_origin& answered);
  void answered(const line_origin& line, position at, wall_time time);
  /// The screen goes with its windows: what is to be read when it is gone.
  void keep_words(const client_event& e);
  /// The words of the line mode, without their brackets.
  std::string words_of(const client_event& e);
  std::string words_of_lost(std::string_view ref, const refused& no);

  chat_state& state_;
  const clock& time_;
  text_display words_;
  bool name_verified_;
  wall_time connected_at_{}; ///< by the clock here
  /// A moderator has just put one out of that room; the reason comes next.
  std::string put_out_of_;
  listeners listeners_;
};

/// A notice without the brackets that tell it from what members say in the line mode.
std::string without_brackets(std::string_view notice);

} // namespace asio_chat::app
