// The history of a data directory, as the commands about it see it, and how they tell of it.
#pragma once

#include "journal/sqlite/database.hpp"
#include "journal/sqlite/key_ring.hpp"
#include "journal/sqlite/rooms.hpp"
#include "ops/settings.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// Found as the server finds it, and only read: the server may run.
struct history {
  /// @param other a backup instead of the directory's own journal, which may be lost
  /// @throws asio_chat::error if there is none, or no key that opens it
  explicit history(asio_chat::ops::settings& s, const std::string& other = {});

  std::string directory;
  asio_chat::sqlite::database_file file;
  std::vector<asio_chat::sqlite::secret_key> masters;
  std::unique_ptr<asio_chat::sqlite::key_ring> keys;
};

/// Of the master keys that `s` has found.
std::vector<asio_chat::sqlite::secret_key> master_keys(const asio_chat::ops::settings& s);

/// @param typed its name, or that of two accounts: `@alice,bob`
/// @throws asio_chat::error that names rooms that there are, if there is none of that name
asio_chat::sqlite::known_room choose_room(const history& kept, const std::string& typed);

/// Whether an account is gone, as the receipt in this file says, with all that it had said.
/// @throws asio_chat::error if it is no receipt of this server, or if anything can still be read
void check_receipt(const history& kept, const std::string& file);

/// Of a file that a command makes there: the data directory, if its owner has that directory, too,
/// and so the file; else nothing, and the file is whose the command is.
std::string maker_of(const std::string& file, const std::string& data_directory);

/// Of the keys that go with a backup.
asio_chat::result<std::string> backup_passphrase(const asio_chat::ops::history_request& wanted,
                                                 asio_chat::tls::prompting asking);

/// `1 room`, `2 rooms`.
inline std::string counted(std::uint64_t n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

inline std::string counted_entries(std::uint64_t n) {
  return counted(n, "entry", "entries");
}

inline std::string counted_rooms(std::uint64_t n) {
  return counted(n, "room", "rooms");
}

/// A line of standard error that is written over and over, and is gone at the end. Nothing where
/// that is no terminal.
class progress_line {
 public:
  progress_line();
  ~progress_line();
  progress_line(const progress_line&) = delete;
  progress_line& operator=(const progress_line&) = delete;

  /// As `sqlite::progress_function`.
  void show(std::string_view doing, std::uint64_t done, std::uint64_t total);

 private:
  bool is_shown_;
  std::chrono::steady_clock::time_point next_{};
};
