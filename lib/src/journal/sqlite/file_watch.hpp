// Notices that the journal's file was moved, or written to past the one connection that writes.
#pragma once

#include "journal/sqlite/database.hpp"
#include "journal/sqlite/key_ring.hpp"

#include <cstdint>
#include <optional>

namespace asio_chat::sqlite {

/// Pages that are in SQLite's memory, or in its log, stay what they are when another program copies
/// an older file over the one in use: all would seem well, until the next start finds a mixture.
/// The file itself changes by checkpoints alone, and those of the writer are known.
///
/// Throws `SQLite::Exception`. Nothing is watched of a file without an identity.
class file_watch {
 public:
  file_watch(database_file f, key_ring& keys)
      : file_(std::move(f))
      , keys_(keys) {}

  /// The file has its name, and nobody has written over it: one system call. If somebody has
  /// written, it is read as a whole, since a checkpoint of another program is no harm; what has
  /// been found once does not pass again.
  void check();
  /// What was written to the file by now is the writer's, or has been checked.
  void note() noexcept { stamp_ = stamp_now(); }
  /// The same, if it was as noted until `write` was called.
  template <class Write>
  void note_after(Write write) {
    const bool was_as_noted = !stamp_ || stamp_now() == stamp_;
    write();
    if (was_as_noted) note();
  }

 private:
  struct stamp {
    file_identity identity;
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    std::int64_t size = 0;
    bool operator==(const stamp&) const = default;
  };
  std::optional<stamp> stamp_now() const noexcept;

  const database_file file_;
  key_ring& keys_;
  std::optional<stamp> stamp_;
  bool written_over_ = false;
};

} // namespace asio_chat::sqlite
