// Descriptors 0, 1 and 2, which every program takes for granted, and what becomes of the output.
// Only the standard library: the load generator uses it too.
#pragma once

#include <cerrno>
#include <cstdio>
#include <exception>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace asio_chat {

/// The exit code of a program whose output could not be written.
inline constexpr int exit_output_failed = 6;

/// Opens /dev/null for each of them that is closed (`<&-`): otherwise the next file or socket would
/// get its number, and be read as input or written to as a log. In the place of standard output it
/// cannot be written to: whose output is lost has to be told. To be called before anything opens.
inline void keep_standard_streams() noexcept {
  for (int fd = 0; fd <= 2; ++fd) {
    if (::fcntl(fd, F_GETFD) == -1) {
      // The lowest free number is the one that is missing.
      (void)!::open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY);
    }
  }
}

/// One line on standard error; the program ends as it would if that cannot be written.
inline void complain(const char* program, const char* sentence) noexcept {
  (void)std::fprintf(stderr, "%s: %s\n", program, sentence);
}

/// @param error an errno
inline std::string output_failure(int error) {
  return "standard output cannot be written: " + std::generic_category().message(error);
}

/// Hands on what was printed so far.
/// @throws std::system_error if it cannot be written, as `fmt::print` does
inline void flush_output() {
  if (std::fflush(stdout) != 0)
    throw std::system_error(errno, std::generic_category(), "standard output cannot be written");
}

/// The end of a program that prints: writes what is left, and says so if something of the output
/// was lost. A reader that has had enough (`| head`) is no failure.
/// @param exit_code of what the program did; what has failed keeps it
/// @param error why an earlier write failed, if that is known
/// @return the exit code
inline int end_of_output(const char* program, int exit_code, int error = 0) {
  errno = 0;
  if (std::fflush(stdout) != 0 && error == 0) error = errno;
  if (error == 0 && std::ferror(stdout) != 0) error = EIO;
  if (error == 0 || error == EPIPE) return exit_code;
  complain(program, output_failure(error).c_str());
  return exit_code != 0 ? exit_code : exit_output_failed;
}

/// The end of a program by an exception. That may be one of printing.
/// @param sentence what is said of every other one
/// @param exit_code of every other one
inline int end_of_output(const char* program, const std::exception& e, const char* sentence,
                         int exit_code) {
  if (std::ferror(stdout) != 0) {
    if (const auto* why = dynamic_cast<const std::system_error*>(&e))
      return end_of_output(program, 0, why->code().value());
  }
  const int code = end_of_output(program, exit_code);
  complain(program, sentence);
  return code;
}

} // namespace asio_chat
