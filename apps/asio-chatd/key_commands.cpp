#include "history.hpp"
#include "history_commands.hpp"

#include "base/clock.hpp"
#include "base/file.hpp"
#include "journal/sqlite/data_lock.hpp"
#include "ops/master_key_file.hpp"

#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <string>
#include <thread>

#include <unistd.h>

using namespace asio_chat;

namespace {

constexpr std::chrono::seconds patience{15};
constexpr std::chrono::milliseconds between_looks{100};

std::string key_file_of(const ops::settings& s) {
  const std::string path = ops::master_key_path(s);
  if (path.empty())
    throw error(fail(errc::bad_setting,
                     "the master key is in CHAT_MASTER_KEY, which has room for one: write it to a "
                     "file (mode 0600), name that with master-key-file, and restart the server"));
  if (!s.credentials_directory.empty() && path.starts_with(s.credentials_directory + "/"))
    throw error(fail(errc::bad_setting,
                     "the master key is a systemd credential: put a new one on the first line of "
                     "its source, the old one below it, and restart the server"));
  return path;
}

/// One at a time: of two that read the file before either has written it, the later one would drop
/// the key of the other, and nothing could open what that key has sealed.
file_descriptor wait_for_turn(const std::string& key_file) {
  return lock_directory(directory_of(key_file), "the directory of the master key file").value();
}

bool opens(const std::string& ring, const sqlite::secret_key& master) {
  return sqlite::key_ring::open_to_read(ring, {master}).has_value();
}

/// The server looks at the file by itself.
void wait_for_server(const std::string& ring, const sqlite::secret_key& master) {
  const auto deadline = system_clock().now() + patience;
  while (!opens(ring, master)) {
    if (system_clock().now() >= deadline)
      throw error(
          fail(errc::storage_failed,
               "the server has not loaded the new master key, the first line of its file; see the "
               "server's log for the reason. The old key below it is needed until it has"));
    std::this_thread::sleep_for(between_looks);
  }
}

constexpr int wrong_usage = 2;

std::string content_of(const sqlite::known_room& room) {
  return room.whole ? counted_entries(room.entries())
                    : "entries (it is damaged: nobody can count them)";
}

/// The name typed once more, not a y that the fingers know.
bool is_wanted(const sqlite::known_room& room) {
  fmt::print(stderr,
             "#{} with {} will be erased for good, from backups too. Type its name to continue: ",
             room.name, content_of(room));
  std::string typed;
  return std::getline(std::cin, typed) && typed == room.name;
}

} // namespace

int rekey(ops::settings& s) {
  const std::string path = key_file_of(s);
  const auto turn = wait_for_turn(path);
  history kept(s);
  const std::string ring = kept.directory + "/keys.db";
  // Before the key is written: what is wrong here is wrong later as well.
  const auto lock = sqlite::data_lock::take(kept.directory);
  if (!lock && !sqlite::is_in_use(lock.error())) throw error(lock.error());
  // If the ring is not under the first key yet, that one is new: this was begun before.
  if (opens(ring, kept.masters.front())) {
    ops::put_new_master_key(path).value();
    ops::find_storage(s).value();
    kept.masters = master_keys(s);
  }
  kept.keys.reset();
  if (lock) {
    sqlite::key_ring::open(ring, kept.masters).value()->rotate(kept.masters).value();
  } else {
    wait_for_server(ring, kept.masters.front());
  }
  fmt::print("{}: the key on its first line is the master key now; the keys below it only open "
             "older copies of keys.db: make a new copy, then remove them\n",
             path);
  return 0;
}

int erase(ops::settings& s, const ops::history_request& wanted) {
  history kept(s);
  const sqlite::known_room room = choose_room(kept, wanted.room);
  if (!wanted.yes && ::isatty(STDIN_FILENO) != 1) {
    fmt::print(stderr,
               "asio-chatd: cannot ask for confirmation to erase #{}: standard input is no "
               "terminal; give --yes\n",
               room.name);
    return wrong_usage;
  }
  if (!wanted.yes && !is_wanted(room))
    throw error(fail(errc::bad_setting, fmt::format("#{} was not erased", room.name)));
  kept.keys.reset();
  sqlite::erase_room(kept.directory, kept.masters, room.name).value();
  fmt::print("#{}: its {} can no longer be read, not even from backups. Older copies of keys.db "
             "can still decrypt them: replace those copies\n",
             room.name, content_of(room));
  return 0;
}
