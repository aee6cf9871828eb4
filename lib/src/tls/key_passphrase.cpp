#include "tls/key_passphrase.hpp"

#include "base/file.hpp"
#include "tls/file.hpp"
#include "tls/pem.hpp"

#include <fmt/format.h>

#include <openssl/crypto.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

namespace asio_chat::tls {

namespace {

/// The terminal without echo, until it goes. A signal that comes meanwhile only ends the reading:
/// the terminal is given back before the signal does what it does.
class silent_terminal {
 public:
  explicit silent_terminal(int terminal)
      : terminal_(terminal) {
    signal_ = 0;
    struct sigaction remember {};
    remember.sa_handler = [](int number) { signal_ = number; };
    for (std::size_t n = 0; n < signals.size(); ++n)
      ::sigaction(signals[n], &remember, &before_[n]);
    if (::tcgetattr(terminal, &mode_) != 0) return;
    termios silent = mode_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    silent.c_lflag |= ECHONL;
    known_ = ::tcsetattr(terminal, TCSAFLUSH, &silent) == 0;
  }
  ~silent_terminal() {
    if (known_) ::tcsetattr(terminal_, TCSAFLUSH, &mode_);
    for (std::size_t n = 0; n < signals.size(); ++n)
      ::sigaction(signals[n], &before_[n], nullptr);
  }
  silent_terminal(const silent_terminal&) = delete;
  silent_terminal& operator=(const silent_terminal&) = delete;

  static int signal() noexcept { return signal_; }

 private:
  static constexpr std::array<int, 7> signals{SIGINT,  SIGTERM, SIGHUP, SIGQUIT,
                                              SIGTSTP, SIGTTIN, SIGTTOU};
  static inline volatile std::sig_atomic_t signal_ = 0;

  int terminal_;
  bool known_ = false;
  termios mode_{};
  std::array<struct sigaction, signals.size()> before_{};
};

/// Lets the signals that come from outside in only while it waits, so that none comes between the
/// look whether there was one and the wait, which it would not end then. Those that the terminal
/// sends to who reads in the background come within the read.
class signals_while_waiting {
 public:
  signals_while_waiting() {
    sigset_t from_outside;
    ::sigemptyset(&from_outside);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP})
      ::sigaddset(&from_outside, number);
    ::pthread_sigmask(SIG_BLOCK, &from_outside, &before_);
  }
  ~signals_while_waiting() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  signals_while_waiting(const signals_while_waiting&) = delete;
  signals_while_waiting& operator=(const signals_while_waiting&) = delete;

  /// Until there is something to read, or a signal.
  void wait(int terminal) const {
    pollfd ready{terminal, POLLIN, 0};
    ::ppoll(&ready, 1, nullptr, &before_);
  }

 private:
  sigset_t before_{};
};

/// A line without its end. Stops at a signal.
/// @return none: the input has ended, as by Ctrl-D
std::optional<std::string> read_silently(int terminal, const std::string& prompt) {
  std::string line;
  const silent_terminal mode(terminal);
  if (::write(terminal, prompt.data(), prompt.size()) < 0) return line;
  const signals_while_waiting signals;
  char c = 0;
  while (silent_terminal::signal() == 0) {
    signals.wait(terminal);
    if (silent_terminal::signal() != 0) break;
    const ssize_t n = ::read(terminal, &c, 1);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0 && line.empty()) return std::nullopt;
    if (n <= 0 || c == '\n') break;
    line += c;
  }
  if (silent_terminal::signal() == 0) return line;
  OPENSSL_cleanse(line.data(), line.size());
  return std::nullopt;
}

/// Who started the program may have let it ignore Ctrl-C, as shells do with what runs in the
/// background of a script; but who presses it at a question wants to be asked no more.
void stop_ignoring(int signal) {
  struct sigaction now {};
  if (::sigaction(signal, nullptr, &now) != 0 || now.sa_handler != SIG_IGN) return;
  now.sa_handler = SIG_DFL;
  ::sigaction(signal, &now, nullptr);
}

/// Asks again after a stop. A signal that ends the program does so here.
/// @return none: it does not end it at once; or the input has ended
std::optional<std::string> ask_once(int terminal, const std::string& prompt) {
  while (true) {
    auto line = read_silently(terminal, prompt);
    const int signal = silent_terminal::signal();
    if (signal == 0) return line;
    const bool stops = signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
    if (!stops) stop_ignoring(signal);
    ::raise(signal);
    if (!stops) return std::nullopt;
  }
}

/// Asks until something is typed, and twice the same where it is new. Only Ctrl-D, or a signal,
/// gives up.
result<std::string> ask_terminal(const std::string& prompt, bool twice) {
  for (std::string why;;) {
    auto typed = ask_without_echo(why + prompt);
    if (!typed) return fail(errc::bad_setting, "nothing was typed");
    if (typed->empty()) {
      why = "it is needed, or Ctrl-D gives up; ";
      continue;
    }
    if (!twice) return *std::move(typed);
    auto again = ask_without_echo("Once more: ");
    const bool same = again == typed;
    if (again) OPENSSL_cleanse(again->data(), again->size());
    if (same) return *std::move(typed);
    OPENSSL_cleanse(typed->data(), typed->size());
    if (!again) return fail(errc::bad_setting, "nothing was typed the second time");
    why = "these were two different ones; ";
  }
}

/// Empty where a person has to be asked.
result<std::string> known_passphrase(const passphrase_source& source) {
  if (!source.file.empty()) return read_passphrase_file(source.file, source.what);
  if (!source.known.empty()) return source.known;
  const char* value = std::getenv(source.variable.c_str());
  return std::string(value != nullptr ? value : "");
}

} // namespace

std::optional<std::string> ask_without_echo(const std::string& prompt) {
  const file_descriptor own(::open("/dev/tty", O_RDWR | O_CLOEXEC));
  return ask_once(own.get() >= 0 ? own.get() : STDIN_FILENO, prompt);
}

result<std::string> obtain_passphrase(const passphrase_source& source, const std::string& prompt,
                                      prompting wanted, const std::string& missing) {
  auto known = known_passphrase(source);
  if (!known || !known->empty()) return known;
  if (wanted != prompting::never && ::isatty(STDIN_FILENO) == 1)
    return ask_terminal(prompt, wanted == prompting::twice);
  return fail(errc::bad_setting,
              fmt::format("{} with {} FILE, in the environment variable {}, or at a terminal{}",
                          missing, source.option, source.variable,
                          wanted == prompting::never ? " at the next start" : ""));
}

result<std::string> passphrase_of_key(const std::string& key_path, const passphrase_source& source,
                                      prompting wanted) {
  std::error_code ec;
  if (!std::filesystem::is_regular_file(key_path, ec)) return known_passphrase(source);
  const auto encrypted = key_is_encrypted(key_path);
  if (!encrypted) return encrypted.error();
  if (!*encrypted) return std::string();
  return obtain_passphrase(
      source, fmt::format("Passphrase of {}: ", key_path), wanted,
      fmt::format("the private key file '{}' is encrypted: give its passphrase", key_path));
}

} // namespace asio_chat::tls
