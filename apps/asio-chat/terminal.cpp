#include "terminal.hpp"

#include "base/ascii.hpp"
#include "base/file.hpp"
#include "base/utf8.hpp"

#include <asio_chat/error.hpp>

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <cstdio>
#include <string_view>

namespace asio_chat::app {

bool is_interactive() {
  return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
}

void use_utf8() {
  std::setlocale(LC_CTYPE, "");
  if (std::string_view(::nl_langinfo(CODESET)) != "UTF-8") std::setlocale(LC_CTYPE, "C.UTF-8");
}

std::optional<std::string> ask(const std::string& question) {
  std::fputs(question.c_str(), stdout);
  std::fflush(stdout);
  // This reads one byte at a time, because bytes that were typed ahead belong to the line editor.
  std::string line;
  while (true) {
    char c = 0;
    const ssize_t n = ::read(STDIN_FILENO, &c, 1);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      if (line.empty()) return std::nullopt;
      return line;
    }
    if (c == '\n') return line;
    line += c;
  }
}

bool ask_yes_or_no(const std::string& question) {
  auto answer = ask(question);
  while (answer) {
    const std::string_view word = trim(*answer);
    if (ascii::equal_ignoring_case(word, "yes")) return true;
    if (ascii::equal_ignoring_case(word, "no")) return false;
    answer = ask("Please type yes or no: ");
  }
  return false;
}

terminal_size size_of_terminal() {
  winsize size{};
  const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
  return {known && size.ws_col > 0 ? size.ws_col : std::size_t{80},
          known && size.ws_row > 0 ? size.ws_row : std::size_t{24}};
}

key_mode::key_mode(bool raw_output) {
  if (::tcgetattr(STDIN_FILENO, &before_) != 0) {
    throw error(fail(errc::bad_setting,
                     "this terminal cannot be used for editing a line: " + errno_text(errno)));
  }
  keys_ = before_;
  // Without ISIG the terminal makes no signal of a byte in a paste; `raise_signal_of` makes
  // those of keys.
  keys_.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | IEXTEN | ISIG);
  keys_.c_iflag &= ~static_cast<tcflag_t>(INLCR | IGNCR);
  keys_.c_iflag |= ICRNL;
  if (raw_output) keys_.c_oflag &= ~static_cast<tcflag_t>(OPOST);
  keys_.c_cc[VMIN] = 1;
  keys_.c_cc[VTIME] = 0;
  resume();
}

key_mode::~key_mode() {
  suspend();
}

// A terminal that is stopped must not hold the client up, so nothing here waits for the output.

void key_mode::suspend() noexcept {
  ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

void key_mode::resume() noexcept {
  ::tcsetattr(STDIN_FILENO, TCSANOW, &keys_);
}

void key_mode::let_terminal_signal() noexcept {
  keys_.c_lflag |= ISIG;
  resume();
}

} // namespace asio_chat::app
