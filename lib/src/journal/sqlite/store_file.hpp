// The file that a store writes, and what a commit that failed may have left in it.
#pragma once

#include "journal/sqlite/room_cache.hpp"
#include "journal/sqlite/writer_connection.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace asio_chat::sqlite {

/// Owns the connection that writes. After a failure it opens another one, and heals the file before
/// anything else is written: an entry that was refused is never found in it. Throws
/// `SQLite::Exception`.
class store_file {
 public:
  /// @param rooms gets the rows that a trim has changed
  store_file(database_file f, key_ring& keys, room_cache& rooms);

  const database_file& name() const noexcept { return file_; }
  /// To be called once, before all others.
  void start(SQLite::Database db);

  writer_connection& writer();
  /// For reading only; it works while the disk takes nothing.
  writer_connection& connection();
  /// The row of a room. What a failed commit has left in the file is not looked at.
  std::optional<room_row> row_of(const room_tag& tag);

  /// The head of the last transaction that is known to be committed.
  const head_name& committed() const noexcept {
    return writer_ ? writer_->committed() : last_heads_.front();
  }

  void roll_back() noexcept;
  /// Writing has failed: takes back what was not committed, and closes the connection.
  void give_up() noexcept;
  /// Keeps a room as it was before a failed commit, which may have left something in the file.
  void distrust(const room_values& before);

  /// Commits a transaction that has trimmed these rooms.
  void commit_trims(std::span<const room_row> rooms);

  /// As the transaction under way has it.
  const store_header& header() const noexcept { return header_; }
  /// Writes it.
  void set_header(const store_header& h);
  /// The transaction that set another one was not committed.
  void restore_header(const store_header& before) noexcept { header_ = before; }
  /// An epoch later than any that a room was given, whether that room is in the file or not.
  std::uint64_t next_epoch(wall_time now) noexcept;

 private:
  void connect();
  void check_is_same(writer_connection& c) const;
  void drop() noexcept;
  void heal(writer_connection& c);
  void refresh(const room_row& r);

  database_file file_;
  key_ring& keys_;
  room_cache& rooms_;
  const run_id run_ = draw_run();
  file_watch watch_;
  std::unique_ptr<writer_connection> writer_; ///< null after a failure
  /// When there was a writer: the head that was committed last, and the one that may have been.
  std::array<head_name, 2> last_heads_;
  bool healed_ = true; ///< the writer may write
  store_header header_;
  std::uint64_t newest_epoch_ = 0;
  /// As they were before a group that failed: what is in the file may be another.
  std::vector<room_values> suspects_;
  std::vector<room_tag> trimmed_; ///< their rows may be those before or those after a trim
};

} // namespace asio_chat::sqlite
