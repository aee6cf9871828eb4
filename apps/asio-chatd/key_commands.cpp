#include "facts_reader.hpp"
#include "history.hpp"
#include "history_commands.hpp"
#include "task_queue.hpp"

#include "accounts/people.hpp"
#include "base/clock.hpp"
#include "base/file.hpp"
#include "journal/sqlite/data_lock.hpp"
#include "journal/sqlite/erase_texts.hpp"
#include "journal/sqlite/sqlite_journal.hpp"
#include "ops/master_key_file.hpp"
#include "ops/privileges.hpp"

#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <optional>
#include <string>
#include <thread>
#include <utility>

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
/// @param doomed what will be lost
bool is_wanted(const sqlite::known_room& room, const std::string& doomed) {
  fmt::print(stderr,
             "{} will be erased for good, from backups too. Type its name to continue: ", doomed);
  std::string typed;
  return std::getline(std::cin, typed) && typed == room.name;
}

/// Asks unless that is not wanted.
/// @return none: go on; else how the program is to end
std::optional<int> confirm(const ops::history_request& wanted, const sqlite::known_room& room,
                           const std::string& doomed) {
  if (wanted.yes) return {};
  if (::isatty(STDIN_FILENO) != 1) {
    fmt::print(stderr,
               "asio-chatd: cannot ask for confirmation to erase #{}: standard input is no "
               "terminal; give --yes\n",
               room.name);
    return wrong_usage;
  }
  if (is_wanted(room, doomed)) return {};
  throw error(fail(errc::bad_setting, fmt::format("#{} was not erased", room.name)));
}

std::string counted_texts(std::uint64_t n) {
  return counted(n, "text", "texts");
}

/// How far accounts have read a room goes with it.
class room_reads {
 public:
  room_reads(const history& kept, std::string room)
      : room_(std::move(room)) {
    try {
      facts_reader facts(kept);
      people all(&facts, time_, {});
      all.reads().forget_room(room_, {}, read_book::any_number);
      any_ = all.reads().has_changes();
    } catch (const error&) {
      // Some are damaged: a room can be erased all the same, and a start says what is wrong.
    }
  }
  void forget(const ops::settings& s, const history& kept) {
    if (!any_) return;
    const ops::acting_as_owner owner(s.data_directory);
    task_queue queue;
    const auto journal =
        sqlite_journal::open({.directory = kept.directory, .masters = kept.masters}, queue.later())
            .value();
    people all(journal.get(), time_, queue.later());
    all.reads().forget_room(room_, {}, read_book::any_number);
    std::optional<result<void>> how;
    all.keep_reads(read_book::any_number, [&how](const result<void>& r) { how = r; });
    queue.run_until(how).value();
  }

 private:
  std::string room_;
  system_clock time_;
  bool any_ = false;
};

int erase_texts_of(history& kept, const sqlite::known_room& room,
                   const ops::history_request& wanted) {
  sqlite::chosen_texts which{wanted.entries, {}};
  if (!wanted.author.empty()) which.author = wanted.author;
  const auto there = sqlite::find_texts(kept.directory, *kept.keys, room.name, which).value();
  if (which.offsets.empty() && there.destroyed + there.were_gone == 0 && !wanted.yes)
    fmt::print(stderr, "Nothing that {} has said in #{} is kept; backups may have more.\n",
               wanted.author, room.name);
  std::string doomed = fmt::format("{} in #{}", counted_texts(there.destroyed), room.name);
  if (there.old_keys_go) doomed += ", and all of that room in backups from before version 6,";
  const auto end = confirm(wanted, room, doomed);
  if (end) return *end;
  kept.keys.reset();
  const auto done = sqlite::erase_texts(kept.directory, kept.masters, room.name, which).value();
  fmt::print("#{}: {} can no longer be read, not even in backups", room.name,
             counted_texts(done.destroyed));
  if (done.were_gone > 0) fmt::print("; {} had been destroyed before", done.were_gone);
  if (done.not_kept > 0) fmt::print("; {} in backups alone", counted_texts(done.not_kept));
  if (done.old_keys_go)
    fmt::print(
        "; backups from before version 6 of the journal have lost this room: make a new one");
  fmt::print(". Older copies of keys.db, and files of backup --with-keys, can still decrypt them: "
             "replace those copies\n");
  return 0;
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
  if (!wanted.entries.empty() || !wanted.author.empty()) return erase_texts_of(kept, room, wanted);
  const auto end = confirm(wanted, room, fmt::format("#{} with {}", room.name, content_of(room)));
  if (end) return *end;
  room_reads reads(kept, room.name);
  kept.keys.reset();
  sqlite::erase_room(kept.directory, kept.masters, room.name).value();
  fmt::print("#{}: its {} can no longer be read, not even from backups. Older copies of keys.db "
             "can still decrypt them: replace those copies\n",
             room.name, content_of(room));
  reads.forget(s, kept);
  return 0;
}
