// What a store does after the answers are out.
#pragma once

#include "journal/sqlite/retention.hpp"
#include "journal/sqlite/search_rebuild.hpp"
#include "journal/sqlite/store_parts.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace asio_chat::sqlite {

/// Retention, the search index and the checkpoint: a piece of each in a step, so that nobody who
/// appends waits long.
class store_upkeep {
 public:
  explicit store_upkeep(store_parts& s);

  /// Is called once, when the file is open.
  void start();
  /// The index is to be made anew, if a rebuild was begun.
  void find_rebuild();
  /// @return whether there is more to do
  bool step();

  /// This room is to be trimmed before the next sweep.
  void trim_soon(std::int64_t number) { urgent_.push_back(number); }
  /// The index has to be made anew, piece by piece.
  bool index_is_rebuilt() const noexcept { return rebuild_.under_way(); }
  void write_index();
  /// The time by which entries are old; see `settled_clock`.
  wall_time settled_now();

 private:
  void look_at_files();
  bool rebuild_index();
  bool sweep();
  void trim_room(std::int64_t number, std::vector<room_row>& trimmed);

  writer_connection& writer() { return store_.file.writer(); }

  store_parts& store_;
  search_rebuild rebuild_;
  std::vector<std::int64_t> urgent_;
  std::int64_t swept_ = 0; ///< up to this room
  std::optional<steady_time> sweep_done_;
  settled_clock settled_;
};

} // namespace asio_chat::sqlite
