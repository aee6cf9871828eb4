#include "terminal.hpp"

#include "base/utf8.hpp"

#include <langinfo.h>
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
    if (word == "yes") return true;
    if (word == "no") return false;
    answer = ask("Please type yes or no: ");
  }
  return false;
}

} // namespace asio_chat::app
