// The journal without its threads: groups of operations, each one commit.
#pragma once

#include "journal/sqlite/commit_group.hpp"
#include "journal/sqlite/destroy_texts.hpp"
#include "journal/sqlite/drop_log.hpp"
#include "journal/sqlite/store_parts.hpp"
#include "journal/sqlite/store_upkeep.hpp"

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace asio_chat::sqlite {

/// Used on one thread at a time. A group is on the disk when `apply` returns, or is not in the logs
/// and never will be: what a commit that failed may have left is taken out before anything else is
/// written. Offsets that anybody was told of are never used again.
class store {
 public:
  /// A failure says what is wrong with the file, and what would be right.
  static result<std::unique_ptr<store>> open(store_options o, key_ring& keys);
  /// Notes the newest head in the key ring, as `open` has done: see `witness.hpp`.
  ~store();

  /// Reads what `open` has left for later, because it may be much: the ids of messages, the search
  /// index, and entries that are not in it yet. `apply` does so if nobody has; until the ids are
  /// there, appends are refused.
  void recall();

  /// Carries out all of a group, or refuses its appends. What is to be destroyed is destroyed when
  /// the rest is on the disk. Names that could not be written are
  /// written with the next group.
  void apply(std::span<operation* const> group);

  /// The steps of what is to be destroyed, for whoever takes the one between them elsewhere.
  /// @param o one that `destroys`
  result<std::optional<destruction>> plan_destruction(operation& o);
  result<void> forget_destroyed(std::span<const destruction> all, const result<bool>& keys) {
    return sqlite::forget_destroyed(parts_, all, keys);
  }
  key_ring& keys() noexcept { return parts_.keys; }

  /// Entries name themselves to who reads them, the index does not: whether it is as this has left
  /// it, and has everything. A few microseconds, if nobody else has written.
  result<void> check_index();

  /// What can wait until the answers of a group are out; see `store_upkeep`.
  /// @return whether there is more of it to do
  bool tidy() { return upkeep_.step(); }

  /// See `seal_anew.hpp`. Nobody may have used the room since `open`.
  result<void> seal_old_records_anew(const std::string& room);

  /// `tidy` has a search index to make anew, piece by piece.
  bool index_is_rebuilt() const noexcept { return upkeep_.index_is_rebuilt(); }

  const std::vector<held_name>& names_at_start() const noexcept { return names_; }
  /// Of the last commit that is known to be on the disk.
  const head_name& head() const noexcept { return parts_.file.committed(); }
  /// What is kept of people now.
  std::vector<fact> people();
  const search_index& index() const noexcept { return parts_.index; }

 private:
  void complete_index();

  store(store_options o, key_ring& keys)
      : parts_(std::move(o), keys)
      , upkeep_(parts_) {}

  store_parts parts_;
  store_upkeep upkeep_;
  std::vector<held_name> names_;
  name_changes unwritten_names_;
  bool started_ = false;
  bool index_was_completed_ = false;     ///< or could not be
  std::optional<failure> index_lacking_; ///< why it could not be
};

} // namespace asio_chat::sqlite
