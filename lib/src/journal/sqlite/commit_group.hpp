// The operations that one commit carries.
#pragma once

#include "journal/sqlite/operation.hpp"
#include "journal/sqlite/store_parts.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace asio_chat::sqlite {

/// Names that are to be written: held, or released if there is none.
using name_changes = std::map<identity, std::optional<held_name>>;

/// Carries out all operations of a group, or refuses its appends. Then rooms, ids and file are as
/// they were before.
class commit_group {
 public:
  /// @param names changes that are not written yet. Those of this group are added, and stay in it
  /// if
  ///   the commit fails.
  commit_group(store_parts& s, std::span<operation* const> operations, name_changes& names);

  /// Is called once. An exception of SQLite does not leave it.
  /// @return the numbers of rooms that have much to be trimmed
  std::vector<std::int64_t> carry_out();

 private:
  void plan(operation& o);
  room_state& room(const std::string& name);
  void append(append_operation& a, std::optional<failure>& refused);
  hashed_id hash_of(room_state& r, const journal::record& said);
  bool is_repeated(room_state& r, append_operation& a, hashed_id& id);
  void touch(room_state& r);
  void make_keys();
  void seal_waiting(room_state& r);
  void write_room(room_state& r);
  void write_names();
  bool write_people();
  std::vector<std::int64_t> succeed();
  void take_back(const SQLite::Exception& e);

  writer_connection& writer() { return store_.file.writer(); }

  store_parts& store_;
  std::span<operation* const> operations_;
  name_changes& names_;
  const wall_time now_;
  const steady_time ids_noted_;
  const store_header header_before_;
  bool keys_made_ = false;
  std::vector<room_state*> touched_;
  room_state* last_ = nullptr; ///< the room of the append before
  std::size_t new_ids_ = 0;
  std::vector<const journal::record*> sealing_;
};

} // namespace asio_chat::sqlite
