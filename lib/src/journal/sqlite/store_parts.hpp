// What the parts of a store share.
#pragma once

#include "base/clock.hpp"
#include "journal/sqlite/failure_reporter.hpp"
#include "journal/sqlite/id_memory.hpp"
#include "journal/sqlite/retention.hpp"
#include "journal/sqlite/room_cache.hpp"
#include "journal/sqlite/search_index.hpp"
#include "journal/sqlite/start_checks.hpp"
#include "journal/sqlite/store_file.hpp"

#include <chrono>
#include <cstddef>
#include <utility>

namespace asio_chat::sqlite {

struct store_options {
  database_file file;
  retention keep{};
  std::chrono::milliseconds id_window = std::chrono::hours(24);
  std::size_t ids = 1'000'000;     ///< known at most
  std::size_t idle_rooms = 10'000; ///< known without asking the database, at most
  search_index::bounds index{};
  bool begin_anew = false;        ///< though the ring has keys of rooms; see `check_not_lost`
  bool open_without_keys = false; ///< of rooms; see `check_keys`
  std::string erased{};           ///< the room whose keys were destroyed just now
  const clock* time = nullptr;
  report_function on_report{};
};

struct store_parts {
  store_parts(store_options o, key_ring& ring)
      : options(std::move(o))
      , keys(ring)
      , reporter(options.on_report)
      , rooms(options.idle_rooms)
      , ids(options.id_window, options.ids)
      , index(options.index)
      , file(options.file, ring, rooms) {}

  const store_options options;
  key_ring& keys;
  failure_reporter reporter;
  room_cache rooms;
  closed_rooms closed; ///< since the start
  std::string gone; ///< a file that keys or entries would be lost with, as a sentence; mostly empty
  id_memory ids;
  bool ids_are_known = false; ///< those from before the start as well; see `recall_ids`
  search_index index;
  store_file file;
};

/// The value, or its failure thrown as an `error`.
template <class T>
T value_of(result<T> r) {
  if (!r) throw error(std::move(r.error()));
  return std::move(*r);
}

} // namespace asio_chat::sqlite
