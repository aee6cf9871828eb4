// Reads what a store has to know when it starts, and checks that the file is whole at its ends.
#pragma once

#include "journal/sqlite/store_parts.hpp"
#include "journal/sqlite/store_upkeep.hpp"

#include <vector>

namespace asio_chat::sqlite {

/// Throws `SQLite::Exception`, `damage`, and an `error` that says what else is wrong. A room that
/// is damaged by itself is closed, and told of.
class store_loader {
 public:
  store_loader(store_parts& s, store_upkeep& upkeep)
      : store_(s)
      , upkeep_(upkeep) {}

  /// @param has_witness the ring knows how far the journal had come; see `why_put_back`
  /// @return the names that are held
  std::vector<held_name> load(bool has_witness);
  /// What can wait until the server listens, but not until somebody searches: whether the index is
  /// as it was left, and entries that are not in it yet. Throws `SQLite::Exception`.
  void complete_index();

 private:
  void check_state();
  void check_ends();
  void check_ring();
  void empty_erased_rooms();
  void forget_facts(const std::vector<room_row>& erased);
  void forget_destroyed_texts();
  void begin_epochs(const std::string& why);
  void look_at(const found_row& found, head_check& head);
  void check_rows_of_index();
  void close(const room_row& r, const char* why);
  void index_backlog(const room_row& r);

  writer_connection& writer() { return store_.file.writer(); }

  store_parts& store_;
  store_upkeep& upkeep_;
  bool writes_index_ = false;
};

} // namespace asio_chat::sqlite
