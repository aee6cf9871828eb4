// Checks entry by entry whether a database is as it was written.
#pragma once

#include "journal/sqlite/database.hpp"
#include "journal/sqlite/head.hpp"
#include "journal/sqlite/key_ring.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::sqlite {

/// May be called often. What is being done, and how much of it is; a total of 0 is not known.
using progress_function =
    std::function<void(std::string_view doing, std::uint64_t done, std::uint64_t total)>;

struct verify_report {
  struct bad_record {
    std::string room;        ///< its name; empty if the file as a whole is meant
    std::uint64_t first = 0; ///< offsets; 0: the room's row
    std::uint64_t last = 0;
    std::string why;
  };
  /// Entries that follow each other, in a room.
  struct entries_of {
    std::string room;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
  };
  std::uint64_t rooms = 0;
  std::uint64_t entries = 0;    ///< that are whole
  std::uint64_t unreadable = 0; ///< entries of rooms that were erased after this was written
  std::uint64_t destroyed = 0;  ///< entries whose texts were destroyed; among `entries`
  std::vector<entries_of> where_destroyed;
  std::vector<bad_record> bad;   ///< the first of each room; empty if all is well
  std::optional<head_name> head; ///< none before version 3 of the journal, or it is bad
  /// What it has to do with the head that was asked for, if it did not go on from there: a sentence
  /// without its end. The rest of it is good all the same.
  std::string not_since;

  bool good() const noexcept { return bad.empty(); }
};

/// Reads everything, and changes nothing. The file may be in use, or be a backup.
/// @param since the history has to have gone on from there
result<verify_report> verify(const database_file& f, key_ring& keys,
                             const progress_function& tell = {},
                             const std::optional<head_name>& since = {});

/// The head of a journal, which may be in use, or of a backup. The tables are not compared with it.
result<head_name> head_of(const database_file& f, key_ring& keys);

} // namespace asio_chat::sqlite
