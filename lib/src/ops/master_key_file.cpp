#include "ops/master_key_file.hpp"

#include "base/atomic_file.hpp"
#include "base/sanitize.hpp"
#include "ops/data_directory.hpp"
#include "ops/privileges.hpp"
#include "tls/file.hpp"

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

namespace asio_chat::ops {

namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::string_view what = "the master key file";

result<std::string> checked(std::string key, std::string_view where) {
  boost::algorithm::trim(key);
  if (key.size() == 2 * key_bytes && boost::algorithm::all(key, boost::algorithm::is_xdigit()))
    return key;
  return fail(errc::storage_failed,
              fmt::format("{} is no master key: it must have {} hexadecimal digits; make one with: "
                          "openssl rand -hex {}",
                          where, 2 * key_bytes, key_bytes));
}

/// A key, and the end of its line.
result<std::string> make_line() {
  std::array<unsigned char, key_bytes> key{};
  if (RAND_bytes(key.data(), static_cast<int>(key.size())) != 1)
    return fail(errc::not_available, "the system has no random numbers for a master key");
  std::string line = fmt::format("{:02x}\n", fmt::join(key, ""));
  OPENSSL_cleanse(key.data(), key.size());
  return line;
}

result<void> write_keys(const std::string& path, std::string text, mode_t mode, existing e) {
  auto file = atomic_file::make(path, e, text);
  tls::wipe(text);
  if (!file) return file.error();
  return file->publish(mode);
}

std::string own_key_path(const settings& s) {
  return s.data_directory + "/master.key";
}

failure not_in_files() {
  return fail(errc::bad_setting, "the history is in memory (ephemeral is on), not in files");
}

/// The master key of the data directory is made on the first start only.
result<bool> is_to_be_made(const settings& s) {
  const std::string path = own_key_path(s);
  if (master_key_path(s) != path || is_there(path)) return false;
  const std::string ring = s.data_directory + "/keys.db";
  if (is_there(ring))
    return fail(errc::storage_failed,
                fmt::format("{} '{}' is missing, and the keys in '{}' do not open without it: put "
                            "a copy of it back, or name it with --master-key-file",
                            what, sanitize_for_log(path, 512), sanitize_for_log(ring, 512)));
  return true;
}

/// A history without its keys is not taken for a first start.
result<void> check_has_keys(const settings& s) {
  const std::string journal = s.data_directory + "/journal.db";
  std::error_code not_there;
  if (is_there(s.data_directory + "/keys.db") ||
      std::filesystem::file_size(journal, not_there) == 0 || not_there)
    return {};
  return fail(
      errc::storage_failed,
      fmt::format("'{0}' has a history, and both {1} '{2}' and 'keys.db' beside it, without "
                  "which nobody can read it, are missing: put copies of them back, or a "
                  "backup with its keys with asio-chatd restore; to begin anew move '{0}' "
                  "away",
                  sanitize_for_log(journal, 512), what, sanitize_for_log(own_key_path(s), 512)));
}

result<void> make_own_key(const settings& s, const logger& log) {
  const auto needed = is_to_be_made(s);
  if (!needed) return needed.error();
  if (!*needed) return {};
  const std::string path = own_key_path(s);
  auto line = make_line();
  if (!line) return line.error();
  if (auto made = write_keys(path, *std::move(line), 0600, existing::refused); !made) return made;
  log(severity::warning,
      "Created a master key: the history cannot be read without it, so keep a copy elsewhere",
      {{"file", path}});
  return {};
}

result<void> take_keys(settings& s) {
  std::vector<std::string> keys;
  if (const std::string path = master_key_path(s); !path.empty()) {
    // What a shell makes of `<(command)` can be read once.
    std::error_code not_there;
    if (!s.server.storage.master_keys.empty() && std::filesystem::is_fifo(path, not_there))
      return {};
    auto read = read_master_keys(path);
    if (!read) return read.error();
    keys = *std::move(read);
  } else {
    auto key = checked(*s.master_key, "CHAT_MASTER_KEY in the environment");
    if (!key) return key.error();
    keys.push_back(*std::move(key));
  }
  s.server.storage = {s.data_directory, std::move(keys), s.begin_anew};
  return {};
}

} // namespace

result<std::vector<std::string>> read_master_keys(const std::string& path) {
  auto text = tls::read_secret_file(path, std::string(what));
  if (!text) return fail(errc::storage_failed, text.error().message);
  std::vector<std::string> lines;
  boost::algorithm::split(lines, *text, boost::algorithm::is_any_of("\n"));
  tls::wipe(*text);
  std::vector<std::string> keys;
  for (std::size_t n = 0; n < lines.size(); ++n) {
    boost::algorithm::trim(lines[n]);
    if (lines[n].empty() || lines[n].front() == '#') continue;
    auto key = checked(lines[n],
                       fmt::format("{} '{}', line {},", what, sanitize_for_log(path, 512), n + 1));
    tls::wipe(lines[n]);
    if (!key) return key.error();
    keys.push_back(*std::move(key));
  }
  if (keys.empty())
    return fail(errc::storage_failed,
                fmt::format("{} '{}' has no key in it", what, sanitize_for_log(path, 512)));
  return keys;
}

std::string master_key_path(const settings& s) {
  if (!s.master_key_file.empty()) return s.master_key_file;
  if (s.master_key) return {};
  const std::string credential = s.credentials_directory + "/master-key";
  return !s.credentials_directory.empty() && is_there(credential) ? credential : own_key_path(s);
}

result<void> put_new_master_key(const std::string& path) {
  const acting_as_owner owner(directory_of(path)); // who might put a link there meanwhile
  if (auto good = read_master_keys(path); !good) return good.error();
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || (status.st_uid != ::geteuid() && ::geteuid() != 0) ||
      (status.st_mode & 077) != 0)
    return fail(errc::storage_failed,
                fmt::format("{} '{}' is not this user's alone: put the new key on its first line "
                            "as who it belongs to; make one with: openssl rand -hex {}",
                            what, sanitize_for_log(path, 512), key_bytes));
  auto old = tls::read_secret_file(path, std::string(what));
  if (!old) return fail(errc::storage_failed, old.error().message);
  auto text = make_line();
  if (!text) return text.error();
  text->append(*old);
  tls::wipe(*old);
  auto file = atomic_file::make(path, existing::replaced, *text);
  tls::wipe(*text);
  if (!file) return file.error();
  if (status.st_uid != ::geteuid())
    if (auto given = file->give_to(status.st_uid, status.st_gid); !given) return given;
  return file->publish(status.st_mode & 0777);
}

result<void> prepare_storage(settings& s, const logger& log) {
  if (s.ephemeral) {
    log(severity::info, "The history is kept in memory and is lost when the server stops");
    return {};
  }
  if (auto made = prepare_data_directory(s.data_directory); !made) return made;
  if (auto good = check_storage(s); !good) return good; // nothing is made for a start that fails
  if (auto made = make_own_key(s, log); !made) return made;
  return take_keys(s);
}

result<void> prepare_first_storage(settings& s, const logger& log) {
  if (::geteuid() != 0) return prepare_storage(s, log);
  if (!is_there(s.data_directory) && !s.user.empty()) {
    const auto user = find_user(s.user);
    if (!user) return user.error();
    if (const std::string above = directory_of(s.data_directory); !is_there(above))
      return fail(
          errc::storage_failed,
          fmt::format("the directory {}, which the data directory is to be in, is not there: "
                      "make it first",
                      sanitize_for_log(above, 512)));
    if (auto made = prepare_data_directory(s.data_directory); !made) return made;
    if (::lchown(s.data_directory.c_str(), *user, static_cast<gid_t>(-1)) != 0)
      return fail(errc::storage_failed,
                  fmt::format("the data directory {} cannot be given to {}",
                              sanitize_for_log(s.data_directory, 512), s.user));
  }
  struct stat owner {};
  const bool anothers = ::stat(s.data_directory.c_str(), &owner) == 0 && owner.st_uid != 0;
  return anothers ? prepare_restored_storage(s, log) : prepare_storage(s, log);
}

result<void> prepare_restored_storage(settings& s, const logger& log) {
  if (s.ephemeral) return not_in_files();
  if (!is_there(s.data_directory)) {
    if (auto made = prepare_data_directory(s.data_directory); !made) return made;
  }
  const bool had_key = is_there(own_key_path(s));
  if (auto made = make_own_key(s, log); !made) return made;
  struct stat owner {};
  if (!had_key && is_there(own_key_path(s)) && ::geteuid() == 0 &&
      (::stat(s.data_directory.c_str(), &owner) != 0 ||
       ::lchown(own_key_path(s).c_str(), owner.st_uid, owner.st_gid) != 0))
    return fail(errc::storage_failed, fmt::format("{} '{}' cannot be given to the owner of its "
                                                  "directory",
                                                  what, own_key_path(s)));
  return take_keys(s);
}

result<void> check_storage(settings& s) {
  if (s.ephemeral) return {};
  const auto first_start = is_to_be_made(s);
  if (!first_start) return first_start.error();
  return *first_start ? check_has_keys(s) : take_keys(s);
}

result<void> find_storage(settings& s) {
  if (s.ephemeral) return not_in_files();
  if (!is_there(s.data_directory))
    return fail(errc::bad_setting,
                fmt::format("the data directory {} does not exist; name the server's with --data",
                            sanitize_for_log(s.data_directory, 512)));
  return take_keys(s);
}

} // namespace asio_chat::ops
