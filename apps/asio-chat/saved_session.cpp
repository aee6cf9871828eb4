#include "saved_session.hpp"

#include "base/ascii.hpp"
#include "base/atomic_file.hpp"
#include "base/sanitize.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <sstream>
#include <utility>

namespace asio_chat::app {

namespace {

constexpr const char* first_line = "asio-chat session 1";
constexpr const char* last_line = "end";
constexpr std::size_t max_bytes = std::size_t{1} << 20;

bool is_file_name(std::string_view text) {
  const auto fits = [](char c) { return c != ' ' && c != '/'; };
  return !text.empty() && text.size() < 200 && std::ranges::all_of(text, fits) &&
         sanitize_for_log(text, 4 * text.size() + 4) == text;
}

/// What a server takes for one. With anything else it would refuse the login.
bool is_token(std::string_view text) {
  constexpr std::size_t digits = 64;
  const auto is_digit = [](char c) { return ascii::hex_value(c) >= 0 && ascii::lower(c) == c; };
  return text.size() == digits && std::ranges::all_of(text, is_digit);
}

failure cannot(const std::filesystem::path& path, int error) {
  return fail(errc::bad_setting,
              fmt::format("cannot keep the session in '{}': {}", path.string(), errno_text(error)));
}

bool is_named(const file_descriptor& file, const std::filesystem::path& path) {
  struct stat open {};
  struct stat named {};
  return ::fstat(file.get(), &open) == 0 && ::stat(path.c_str(), &named) == 0 &&
         open.st_ino == named.st_ino && open.st_dev == named.st_dev;
}

result<void> make_directory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory.parent_path(), error);
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return cannot(directory, errno);
  if (::chmod(directory.c_str(), 0700) != 0) return cannot(directory, errno);
  return {};
}

} // namespace

result<saved_session> saved_session::open(const std::filesystem::path& directory,
                                          const std::string& address, std::string_view name) {
  const std::string file_name = fmt::format("{}@{}", ascii::lower(std::string(name)), address);
  if (directory.empty() || !is_file_name(file_name)) {
    return fail(errc::bad_setting, fmt::format("there is no place to keep the session of '{}'",
                                               sanitize_for_terminal(file_name)));
  }
  if (const auto made = make_directory(directory); !made) return made.error();
  const std::filesystem::path path = directory / file_name;
  while (true) {
    file_descriptor file(
        ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
    if (file.get() < 0) return cannot(path, errno);
    if (const int error = try_lock(file); error == EWOULDBLOCK) {
      return fail(errc::name_taken, fmt::format("another asio-chat of yours is {} on {} already",
                                                sanitize_for_terminal(name), address));
    } else if (error != 0) {
      return cannot(path, error);
    }
    // The other client may have removed the file between the two calls.
    if (!is_named(file, path)) continue;
    if (::fchmod(file.get(), 0600) != 0) return cannot(path, errno);
    return saved_session(path, std::move(file));
  }
}

kept_session saved_session::load() const {
  std::string text;
  std::array<char, 4096> block;
  ssize_t n = 0;
  while (text.size() < max_bytes && (n = ::pread(file_.get(), block.data(), block.size(),
                                                 static_cast<off_t>(text.size()))) > 0)
    text.append(block.data(), static_cast<std::size_t>(n));
  std::istringstream in(text);
  std::string line;
  kept_session s;
  if (!std::getline(in, line) || line != first_line) return s;
  while (std::getline(in, line) && line != last_line) {
    std::istringstream words(line);
    std::string what;
    std::string value;
    words >> what >> value;
    position at;
    if (what == "token" && is_token(value)) s.resume.token = value;
    if (what == "account") s.resume.account = true;
    if ((what != "room" && what != "read") || !(words >> at.epoch >> at.offset)) continue;
    words >> at.tag >> at.tag_offset; // a position may have none
    (what == "room" ? s.resume.positions : s.read)[value] = at;
  }
  if (s.resume.token.empty()) s.resume.positions.clear();
  return s;
}

void saved_session::save(const kept_session& s) noexcept {
  if (s.resume.token.empty() && s.read.empty()) {
    ::unlink(path_.c_str());
    return;
  }
  std::string text = fmt::format("{}\n", first_line);
  if (!s.resume.token.empty()) text += fmt::format("token {}\n", s.resume.token);
  const auto add = [&](const char* what, const std::map<std::string, position>& all) {
    for (const auto& [room, at] : all)
      text += fmt::format("{} {} {} {} {} {}\n", what, room, at.epoch, at.offset, at.tag,
                          at.tag_offset);
  };
  if (s.resume.account) text += "account yes\n";
  add("room", s.resume.positions);
  add("read", s.read);
  text += fmt::format("{}\n", last_line);
  // Where it cannot be written, the state before is kept: after a crash more is shown twice.
  auto next = atomic_file::make(path_.string(), existing::replaced, text);
  if (next && next->publish()) file_ = std::move(*next).take();
}

namespace {

std::filesystem::path in_state_home(const char* name) {
  std::filesystem::path base;
  // A relative path is no path there, says the standard of these variables.
  if (const char* state = std::getenv("XDG_STATE_HOME"); state && *state == '/') {
    base = state;
  } else if (const char* home = std::getenv("HOME"); home && *home) {
    base = std::filesystem::path(home) / ".local" / "state";
  }
  return base.empty() ? base : base / name;
}

} // namespace

std::filesystem::path default_state_directory() {
  return in_state_home("asio-chat-client");
}

std::string ca_of_own_daemon() {
  const std::filesystem::path ca = in_state_home("asio-chat") / "ca-cert.pem";
  return ca.is_absolute() && ::access(ca.c_str(), R_OK) == 0 ? ca.string() : std::string();
}

} // namespace asio_chat::app
