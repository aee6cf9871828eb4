// The terminal itself: questions that are asked before the line editor starts, and its mode.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include <termios.h>

namespace asio_chat::app {

/// Whether input and output are a terminal.
bool is_interactive();

/// Makes the C library read and write UTF-8, whatever the locale says.
void use_utf8();

/// Prints the question and reads a line. Returns no value at the end of the input.
std::optional<std::string> ask(const std::string& question);

/// Asks until the answer is yes or no. The end of the input counts as no.
bool ask_yes_or_no(const std::string& question);

struct terminal_size {
  std::size_t columns;
  std::size_t rows;
};
/// 80 by 24 where the terminal does not say.
terminal_size size_of_terminal();

/// While it lives, the terminal gives every key at once and shows none. Signals (Ctrl-C, Ctrl-Z)
/// and flow control (Ctrl-S, Ctrl-Q) stay with the terminal.
class key_mode {
 public:
  /// @param raw_output whether a line feed goes down and nowhere else, as ncurses counts on
  /// @throws asio_chat::error if the terminal cannot be set
  explicit key_mode(bool raw_output = false);
  ~key_mode();
  key_mode(const key_mode&) = delete;
  key_mode& operator=(const key_mode&) = delete;

  /// Gives the terminal back as it was, and takes it over again.
  void suspend() noexcept;
  void resume() noexcept;
  /// No more keys are read: from here on the terminal itself makes a signal of Ctrl-C.
  void let_terminal_signal() noexcept;

 private:
  termios before_{};
  termios keys_{};
};

} // namespace asio_chat::app
