// The journal without its threads: groups of operations, each one commit.
#pragma once

#include "base/clock.hpp"
#include "journal/sqlite/id_memory.hpp"
#include "journal/sqlite/operation.hpp"
#include "journal/sqlite/retention.hpp"
#include "journal/sqlite/room_cache.hpp"
#include "journal/sqlite/search_index.hpp"
#include "journal/sqlite/search_rebuild.hpp"
#include "journal/sqlite/settled_clock.hpp"
#include "journal/sqlite/trouble.hpp"
#include "journal/sqlite/writer_connection.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace asio_chat::sqlite {

struct store_options {
  database_file file;
  retention keep{};
  std::chrono::milliseconds id_window = std::chrono::hours(24);
  std::size_t ids = 1'000'000;     ///< known at most
  std::size_t idle_rooms = 10'000; ///< known without asking the database, at most
  search_index::bounds index{};
  const clock* time = nullptr;
  trouble_function on_trouble{};
};

/// Used on one thread at a time. A group is on the disk when `apply` returns, or is not in the logs
/// and never will be: what a commit that failed may have left is taken out before anything else is
/// written. Offsets that anybody was told of are never used again.
class store {
 public:
  /// A failure says what is wrong with the file, and what would be right.
  static result<std::unique_ptr<store>> open(store_options o, key_ring& keys);
  ~store();

  /// Carries out all of a group, or refuses its appends. Names that could not be written are
  /// written with the next group.
  void apply(std::span<operation> group);

  /// What can wait until the answers of a group are out: retention, the index, the checkpoint; a
  /// piece of each.
  /// @return whether there is more of it to do
  bool tidy();

  /// `tidy` has a search index to make anew, piece by piece.
  bool index_is_rebuilt() const noexcept { return rebuild_.under_way(); }

  const std::vector<held_name>& names_at_start() const noexcept { return names_; }
  const search_index& index() const noexcept { return index_; }

 private:
  store(store_options o, key_ring& keys);

  // store_start.cpp
  void start(SQLite::Database db);
  void empty_erased_rooms();
  void recall_ids(const room_row& r, wall_time now);
  void index_backlog(const room_row& r);

  // store.cpp
  room_state& room(const std::string& name);
  void plan(operation& o);
  void append(append_operation& a, std::optional<failure>& refused);
  bool is_repeated(room_state& r, append_operation& a, id_hash& id);
  void touch(room_state& r);
  void make_keys();
  void seal_waiting(room_state& r);
  void write_room(room_state& r);
  void write_names();
  void succeed(std::span<operation> group);
  static void answer_open(open_operation& o, const room_state& r);

  // store_failure.cpp
  /// Opens a new connection where the last one failed, and heals the file before it is used.
  writer_connection& writer();
  writer_connection& connection(); ///< to read only, if the disk takes nothing
  std::optional<room_row> stored_row(const room_tag& tag);
  void heal(writer_connection& c);
  void take_back(std::span<operation> group, const SQLite::Exception& e);

  // store_tidy.cpp
  void write_index();
  bool rebuild_index();
  bool sweep();
  void trim_room(std::int64_t number, std::vector<room_row>& trimmed);
  void refresh(const room_row& r);

  store_options options_;
  key_ring& keys_;
  trouble trouble_;
  std::unique_ptr<writer_connection> writer_; ///< null after a failure
  bool healed_ = true;                        ///< the writer may write
  room_cache rooms_;
  id_memory ids_;
  search_index index_;
  search_rebuild rebuild_;
  std::vector<held_name> names_;
  house_row house_;
  std::uint64_t newest_epoch_ = 0; ///< given to a room, in the database or not

  /// @name The group under way
  /// @{
  wall_time now_{};
  std::span<operation> group_;
  bool keys_made_ = false;
  std::vector<room_state*> touched_;
  room_state* last_ = nullptr; ///< the room of the append before
  std::size_t new_ids_ = 0;
  std::vector<journal::record> sealing_;
  house_row house_before_;
  /// @}

  std::map<identity, std::optional<held_name>> unwritten_names_; ///< none: released
  /// As they were before a group that failed: what is in the file may be another.
  std::vector<room_values> suspects_;
  std::vector<room_tag> trimmed_;    ///< their rows may be those before or those after a trim
  std::vector<std::int64_t> urgent_; ///< rooms to be trimmed before the next sweep
  std::int64_t swept_ = 0;           ///< up to this room
  std::optional<steady_time> sweep_done_;
  settled_clock settled_; ///< says what is old
};

} // namespace asio_chat::sqlite
