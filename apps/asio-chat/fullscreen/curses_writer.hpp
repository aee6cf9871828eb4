// Cells to the bytes that make a terminal show them, by ncurses.
#pragma once

#include "fullscreen/cells.hpp"
#include "fullscreen/themes.hpp"

#include "base/file.hpp"

#include <memory>
#include <optional>
#include <string>

namespace asio_chat::app {

/// ncurses knows terminals, and what is the least to write. It writes into memory, reads nothing,
/// and handles no signal. One at a time: ncurses has globals.
class curses_writer {
 public:
  /// Whether the terminal that TERM names can show a full screen.
  static bool can_use_terminal();

  /// @throws asio_chat::error if ncurses does not know the terminal
  explicit curses_writer(const theme& t);
  ~curses_writer();
  curses_writer(const curses_writer&) = delete;
  curses_writer& operator=(const curses_writer&) = delete;

  /// The next picture looks so, and is drawn as a whole.
  void use(const theme& t);
  /// What changes the screen from the canvas before to this one. After `forget` or `leave`, or if
  /// the size is another one, it is everything.
  std::string show(const canvas& next);
  /// What the terminal shows is not known any more.
  void forget() noexcept { shown_.reset(); }
  /// Back to what the terminal showed before the first `show`.
  std::string leave();

 private:
  struct state;
  std::string written();

  file_descriptor memory_;
  std::unique_ptr<state> state_;
  std::optional<canvas> shown_; ///< none: what the terminal shows is not known
};

} // namespace asio_chat::app
