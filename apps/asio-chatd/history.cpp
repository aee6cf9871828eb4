#include "history.hpp"

#include "facts_reader.hpp"

#include "accounts/direct_facts.hpp"
#include "accounts/people.hpp"
#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/sanitize.hpp"
#include "journal/sqlite/data_lock.hpp"
#include "model/names.hpp"
#include "ops/master_key_file.hpp"
#include "ops/privileges.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

using namespace asio_chat;

namespace {

constexpr std::size_t max_named = 20;

std::string names_of(std::vector<sqlite::known_room> rooms) {
  // What two accounts say to each other is no room, and nobody comes upon it by accident.
  std::erase_if(
      rooms, [](const sqlite::known_room& r) { return r.name.empty() || r.name.starts_with('@'); });
  if (rooms.empty()) return "there are none yet";
  std::string names = rooms.size() == 1 ? "there is " : "there are ";
  for (std::size_t i = 0; i < std::min(rooms.size(), max_named); ++i)
    names += fmt::format("{}{}", i == 0 ? "" : ", ", rooms[i].name);
  if (rooms.size() > max_named) names += fmt::format(" and {} more", rooms.size() - max_named);
  return names;
}

/// The log of two accounts, `@alice,bob`; of accounts that are gone it has to be named as the
/// journal does.
std::string name_of_log(const history& kept, const std::string& typed) {
  const auto comma = typed.find(',');
  if (!typed.starts_with('@') || comma == std::string::npos) return proper_room_name(typed);
  facts_reader facts(kept);
  const system_clock time;
  const people all(&facts, time, {});
  const auto number_of = [&](const std::string& name) {
    const account* a = all.find(name);
    if (!a)
      throw error(fail(errc::bad_setting, fmt::format("there is no account '{}': asio-chatd "
                                                      "account list prints those there are",
                                                      sanitize_for_log(name, 64))));
    return a->id;
  };
  const std::string second = typed.substr(comma + 1);
  return direct_log_name(number_of(typed.substr(1, comma - 1)),
                         number_of(second.starts_with('@') ? second.substr(1) : second));
}

constexpr std::chrono::milliseconds interval{200};
constexpr const char* erase_line = "\r\x1b[K";

} // namespace

std::vector<sqlite::secret_key> master_keys(const ops::settings& s) {
  std::vector<sqlite::secret_key> keys;
  for (const std::string& text : s.server.storage.master_keys)
    keys.push_back(sqlite::secret_key::parse(text).value());
  return keys;
}

history::history(ops::settings& s, const std::string& other)
    : directory(s.data_directory) {
  file.path = other.empty() ? sqlite::journal_in(directory).value() : other;
  if (!other.empty()) file.what = "backup";
  // Before the keys are looked for: a directory without a journal may have none.
  if (!s.ephemeral && is_there(directory) && !is_there(file.path)) {
    throw error(fail(errc::bad_setting,
                     other.empty() ? fmt::format("there is no journal '{}'; name the server's data "
                                                 "directory with --data",
                                                 file.path)
                                   : fmt::format("'{}' does not exist", other)));
  }
  ops::find_storage(s).value();
  masters = master_keys(s);
  const ops::acting_as_owner reader(directory); // as in facts_reader.cpp
  keys = sqlite::key_ring::open_to_read(directory + "/keys.db", masters).value();
}

sqlite::known_room choose_room(const history& kept, const std::string& typed) {
  const std::string name = name_of_log(kept, typed);
  const auto rooms = sqlite::rooms_in(kept.file, *kept.keys).value();
  const sqlite::room_tag tag = kept.keys->tag_of(name);
  auto found = std::ranges::find(rooms, name, &sqlite::known_room::name);
  // The name in a damaged row need not be its own.
  if (found == rooms.end())
    found = std::ranges::find_if(rooms, [&](const auto& r) { return r.row.tag == tag; });
  if (found != rooms.end()) {
    sqlite::known_room room = *found;
    room.name = name;
    return room;
  }
  throw error(fail(errc::bad_setting, fmt::format("no room is called '{}': {}",
                                                  sanitize_for_log(typed, 64), names_of(rooms))));
}

std::string maker_of(const std::string& file, const std::string& data_directory) {
  if (file.empty()) return {}; // it goes to the standard output
  namespace fs = std::filesystem;
  // The links in there are its owner's.
  const fs::path data_path = (fs::absolute(data_directory).lexically_normal() / "").parent_path();
  const fs::path below = fs::absolute(file).lexically_normal().lexically_relative(data_path);
  if (*below.begin() != "..") return data_directory;
  struct stat there {
  }, data{};
  const bool is_the_same = ::stat(directory_of(file).c_str(), &there) == 0 &&
                           ::stat(data_directory.c_str(), &data) == 0 &&
                           there.st_uid == data.st_uid;
  return is_the_same ? data_directory : std::string();
}

result<std::string> backup_passphrase(const ops::history_request& wanted, tls::prompting asking) {
  return tls::obtain_passphrase({wanted.backup_passphrase_file, "--backup-passphrase-file",
                                 "CHAT_BACKUP_PASSPHRASE", wanted.backup_passphrase},
                                "Passphrase of the backup: ", asking,
                                "the keys of the backup are sealed: give its passphrase");
}

progress_line::progress_line()
    : is_shown_(::isatty(STDERR_FILENO) == 1) {}

progress_line::~progress_line() {
  if (is_shown_) fmt::print(stderr, "{}", erase_line);
}

void progress_line::show(std::string_view doing, std::uint64_t done, std::uint64_t total) {
  const auto now = system_clock().now();
  if (!is_shown_ || now < next_) return;
  next_ = now + interval;
  if (total == 0) {
    fmt::print(stderr, "{}{} ...", erase_line, doing);
  } else {
    fmt::print(stderr, "{}{}: {} of {} ({} %)", erase_line, doing, done, total, done * 100 / total);
  }
  std::fflush(stderr);
}
