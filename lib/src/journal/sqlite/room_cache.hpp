// What the writer knows of rooms without asking the database.
#pragma once

#include "journal/sqlite/id_list.hpp"
#include "journal/sqlite/operation.hpp"
#include "journal/sqlite/room_table.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat::sqlite {

/// What a group changes of a room and a failure takes back.
struct room_values {
  room_row row;
  std::string topic;
  bool stored = false; ///< has a row
};

/// The block of the counter in an id: who sends 64 messages needs its hash once.
struct id_block {
  identity author{};
  std::string name{};
  std::uint64_t number = UINT64_MAX; ///< there was none yet
  id_hash hash{};
};

struct room_state {
  std::string name;
  room_values now;
  std::size_t users = 0; ///< it is idle if there are none

  /// @name Of the group under way
  /// @{
  bool touched = false;
  room_values before;
  std::uint32_t key_number = 0;
  std::shared_ptr<const room_key> key;
  std::vector<append_operation*> waiting; ///< for their record
  id_list ids;                            ///< of those
  std::size_t waiting_bytes = 0;
  std::optional<said_topic> new_topic;
  bool turns = false; ///< the first of those that wait is earlier than the entry before it
  /// @}

  id_block last_block{};                 ///< of the last id that has one
  std::uint64_t unshown = 0;             ///< entries in the file, not shown any more, about
  std::list<room_state*>::iterator idle; ///< its place among those not in use
};

/// Rooms in use, and some of those used last.
class room_cache {
 public:
  explicit room_cache(std::size_t idle_rooms)
      : max_idle_(idle_rooms) {}

  room_state* find(const std::string& name);
  /// Adds a room that is not in use.
  room_state& add(std::string name, room_values v);
  void use(room_state& r);
  void let_go(room_state& r);
  /// Forgets idle rooms that are too many; not while a group is under way.
  void keep_bound();
  void forget(room_state& r);

 private:
  boost::unordered_flat_map<std::string, std::unique_ptr<room_state>> rooms_;
  std::list<room_state*> idle_; ///< the one used last is at the front
  std::size_t max_idle_;
};

} // namespace asio_chat::sqlite
