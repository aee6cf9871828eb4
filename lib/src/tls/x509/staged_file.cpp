#include "tls/x509/staged_file.hpp"

#include "tls/file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace asio_chat::tls::x509 {

namespace {

namespace fs = std::filesystem;

failure cannot_write(const std::string& path, int error) {
  return fail(errc::bad_certificate_file,
              fmt::format("'{}' cannot be written: {}", path, errno_text(error)));
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

/// A new name is safe only when its directory is on the disk, too.
void sync_directory(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  const file_descriptor directory(
      ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() >= 0) ::fsync(directory.get());
}

} // namespace

failure already_there(const std::string& path) {
  return fail(errc::bad_setting, fmt::format("'{}' is there already and is not overwritten", path));
}

result<void> keep_as_old(const std::string& named) {
  const std::string old = named + ".old";
  std::error_code ec;
  const std::string path = fs::canonical(named, ec).string();
  if (ec) return cannot_write(named, ec.value());
  if (::unlink(old.c_str()) != 0 && errno != ENOENT) return cannot_write(old, errno);
  if (::link(path.c_str(), old.c_str()) != 0) return cannot_write(old, errno);
  return {};
}

result<staged_file> staged_file::write(const std::string& named, std::string_view content,
                                       mode_t mode) {
  // Programs that read the file behind a link shall see what is new there.
  std::error_code ec;
  std::error_code not_there;
  const bool is_link = fs::is_symlink(named, not_there);
  const std::string path = is_link ? fs::weakly_canonical(named, ec).string() : named;
  if (ec) return cannot_write(named, ec.value());
  const fs::path target(path);
  if (fs::is_directory(target, ec)) return cannot_write(path, EISDIR);
  std::string temporary =
      (target.parent_path() / fmt::format(".{}.XXXXXX", target.filename().string())).string();
  const file_descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (file.get() < 0) return cannot_write(path, errno);
  staged_file staged(path, std::move(temporary));
  if (!write_all(file.get(), content) || ::fchmod(file.get(), mode) != 0 ||
      ::fsync(file.get()) != 0)
    return cannot_write(path, errno);
  return staged;
}

staged_file::staged_file(staged_file&& other) noexcept
    : path_(std::move(other.path_))
    , temporary_(std::exchange(other.temporary_, {})) {}

staged_file::~staged_file() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

result<void> staged_file::publish(bool force) {
  if (force) {
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) return cannot_write(path_, errno);
    temporary_.clear();
  } else if (::link(temporary_.c_str(), path_.c_str()) != 0) {
    const int error = errno;
    return error == EEXIST ? already_there(path_) : cannot_write(path_, error);
  }
  sync_directory(path_);
  return {};
}

void staged_file::withdraw() noexcept {
  ::unlink(path_.c_str());
}

} // namespace asio_chat::tls::x509
