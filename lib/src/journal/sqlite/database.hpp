// The journal's database file: how it is opened, and what is said when that fails.
#pragma once

#include <asio_chat/error.hpp>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace asio_chat::sqlite {

/// Which file a name leads to. A file that is moved stays the same one.
struct file_identity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  auto operator<=>(const file_identity&) const = default;
};

/// Nothing if there is no file, or it cannot be looked at.
std::optional<file_identity> identity_of(const std::string& path) noexcept;

struct database_file {
  std::string path;
  std::string vfs{}; ///< SQLite's default if empty
  /// The one that it has to be: another one of that name is not opened, and not written to.
  std::optional<file_identity> identity{};
  std::string_view what = "journal"; ///< what the operator calls it
};

/// For SQLite, which takes a name that begins with `file:` for a URI where it was built so.
std::string as_file_name(const std::string& path);

/// Makes an empty file, open to its owner alone, where there is none, and sees that it can be
/// written to.
/// @return whether it was made
result<bool> prepare_file(const database_file& f);

/// A failure if it, or what SQLite has beside it, is a pipe, a device, a directory, or a link that
/// leads nowhere: SQLite would wait for what never comes, or take it for a disk that fails. One
/// that is not there is left to the caller that opens it.
result<void> check_is_file(const database_file& f);
/// The same, and a failure if the file, one that SQLite has beside it, or their directory may not
/// be written to.
result<void> check_can_be_written(const database_file& f);

/// The log beside the database, for what is said of it.
inline database_file wal_of(const database_file& f) {
  return {.path = f.path + "-wal", .what = f.what};
}
/// A sentence for the operator: the file is not there any more, or is another one.
failure moved(const database_file& f);

/// Throws `SQLite::Exception` if another file, or none, has the name by now. One system call.
void check_identity(const database_file& f);

/// Nothing in the file is changed by that. Throws `SQLite::Exception`, as all that follow.
SQLite::Database connect(const database_file& f);
/// From here on what is committed is on the disk.
void prepare_to_write(SQLite::Database& db);
/// Whatever is in the file. Nothing is made beside it on a file system that can only be read.
SQLite::Database connect_to_look(const database_file& f);
/// A connection for the writer: what it has committed is on the disk.
SQLite::Database connect_for_writing(const database_file& f);
/// A connection that only reads.
SQLite::Database connect_for_reading(const database_file& f);

/// What is in the file is not what was written; `what()` says of what. An older copy helps.
class damage : public error {
 public:
  explicit damage(std::string what)
      : error(fail(errc::storage_failed, std::move(what))) {}
};

/// A sentence for the operator. What the disk, its file system or permissions do is never called
/// damage.
failure explain(const database_file& f, const SQLite::Exception& e);
failure explain(const database_file& f, const damage& e);

/// Whether the disk or the system has failed, whatever is in the file.
bool is_outside(const SQLite::Exception& e) noexcept;
/// The same of what `explain` has made of one.
bool is_outside(const failure& f) noexcept;
/// The same of what an integrity check says: it gives errors of the disk as lines like others.
bool is_outside(std::string_view said) noexcept;

/// Whether pages of the file are not what was written.
bool is_damage(const SQLite::Exception& e) noexcept;

/// Whether waiting for room on the disk is the way out.
bool is_full(const SQLite::Exception& e) noexcept;

} // namespace asio_chat::sqlite
