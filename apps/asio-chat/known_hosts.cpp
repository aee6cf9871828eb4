#include "known_hosts.hpp"

#include "config_file.hpp"

#include "base/ascii.hpp"
#include "base/file.hpp"
#include "base/key_pin.hpp"
#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "tls/file.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <sstream>

namespace asio_chat::app {

result<known_hosts> known_hosts::load(const std::filesystem::path& file) {
  known_hosts known(file);
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    if (error) {
      return fail(errc::bad_setting,
                  fmt::format("cannot read '{}': {}", file.string(), error.message()));
    }
    return known;
  }
  using std::filesystem::perms;
  const perms others = perms::group_write | perms::others_write;
  if ((std::filesystem::status(file, error).permissions() & others) != perms::none) {
    return fail(errc::bad_setting,
                fmt::format("others than its owner can write '{}', and so decide which servers are "
                            "trusted: chmod 600 it",
                            file.string()));
  }
  const auto all = tls::read_file(file.string(), "the list of known hosts");
  if (!all) return fail(errc::bad_setting, all.error().message);
  std::istringstream in(*all);
  std::string text;
  std::size_t number = 0;
  while (std::getline(in, text)) {
    ++number;
    const std::string_view line = trim(text);
    if (line.empty() || line.front() == '#') continue;
    const auto space = line.find_first_of(" \t");
    const std::string_view pin =
        space == std::string_view::npos ? std::string_view() : trim(line.substr(space));
    if (!is_pin(pin)) {
      return fail(errc::bad_setting,
                  fmt::format("'{}', line {}: '{}' is not HOST:PORT and a pin; mend or remove it",
                              file.string(), number, sanitize_for_terminal(line)));
    }
    known.hosts_.push_back({std::string(line.substr(0, space)), std::string(pin), number});
  }
  return known;
}

std::optional<known_hosts::host> known_hosts::find(const std::string& address) const {
  const auto found = std::find_if(hosts_.begin(), hosts_.end(), [&](const host& h) {
    return ascii::equal_ignoring_case(h.address, address);
  });
  return found == hosts_.end() ? std::nullopt : std::optional(*found);
}

file_descriptor known_hosts::take_turn_to_ask(const std::function<void()>& waiting) const {
  std::filesystem::path known = file_.parent_path();
  // Who answers no has changed nothing, and made no directory.
  std::error_code error;
  while (known.has_relative_path() && !std::filesystem::exists(known, error))
    known = known.parent_path();
  file_descriptor directory(::open(known.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() >= 0 && try_lock(directory) == EWOULDBLOCK) {
    waiting();
    while (::flock(directory.get(), LOCK_EX) != 0 && errno == EINTR) {
    }
  }
  return directory;
}

result<void> known_hosts::remember(const std::string& address, const std::string& pin) {
  const auto cannot = [this](int error) {
    return fail(errc::bad_setting, fmt::format("cannot remember the server in '{}': {}",
                                               file_.string(), errno_text(error)));
  };
  std::error_code error;
  const std::filesystem::path directory = file_.parent_path();
  if (!directory.empty() && std::filesystem::create_directories(directory, error)) {
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
  }
  const int fd = ::open(file_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0600);
  if (fd < 0) return cannot(errno);
  const file_descriptor file(fd);
  // An editor may have left the last line without its end.
  const off_t size = ::lseek(fd, 0, SEEK_END);
  char last = '\n';
  if (size > 0 && ::pread(fd, &last, 1, size - 1) != 1) return cannot(errno);
  const std::string line = fmt::format("{}{} {}\n", last == '\n' ? "" : "\n", address, pin);
  const ssize_t written = ::write(fd, line.data(), line.size());
  if (written != static_cast<ssize_t>(line.size()) || ::fsync(fd) != 0) return cannot(errno);
  hosts_.push_back({address, pin, 0});
  return {};
}

std::filesystem::path default_known_hosts() {
  return config_directory() / "known_hosts";
}

} // namespace asio_chat::app
