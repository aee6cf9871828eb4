// A key ring in a file of its own.
#pragma once

#include "journal/sqlite/key_ring.hpp"
#include "support/temp_directory.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::sqlite::test {

using masters = std::vector<secret_key>;

struct ring_on_disk {
  asio_chat::test::temp_directory directory;
  std::string path = directory / "keys.db";
  secret_key master = secret_key::random();

  result<std::unique_ptr<key_ring>> try_open(masters m) const {
    return key_ring::open(path, std::move(m));
  }
  std::unique_ptr<key_ring> open(masters m) const { return try_open(std::move(m)).value(); }
  std::unique_ptr<key_ring> open() const { return open({master}); }

  std::string bytes() const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  /// As they are in the file, of all keys of a room.
  std::vector<std::string> wrapped_keys(const room_tag& room) const {
    SQLite::Database db(path);
    SQLite::Statement s(db, "SELECT wrapped FROM keys WHERE owner=?");
    s.bind(1, room.data(), static_cast<int>(room.size()));
    std::vector<std::string> all;
    while (s.executeStep())
      all.push_back(s.getColumn(0).getString());
    return all;
  }
  void run(const std::string& statement) const {
    SQLite::Database(path, SQLite::OPEN_READWRITE).exec(statement);
  }
};

/// A key cannot be read, but what it makes of a word can.
inline std::uint64_t mark(key_ring& ring, const room_tag& room, std::uint32_t number) {
  return ring.key(room, number).value()->hash_of_word("tea");
}

/// The number of a room's key after all rooms have got new ones.
inline std::uint32_t renewed(key_ring& ring, const room_tag& room) {
  ring.renew().value();
  return ring.newest(room).value();
}

inline bool mentions(const failure& f, std::string_view words) {
  return f.message.find(words) != std::string::npos && f.message.find('\n') == std::string::npos;
}

} // namespace asio_chat::sqlite::test
